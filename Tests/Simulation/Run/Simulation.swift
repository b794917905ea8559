import KafkaClient
import Seams

/// One run of several whole workers in a simulated world, from a seed.
public struct Simulation {
    /// What came of a run.
    public struct Result: Sendable {
        /// What the run was made from.
        public var seed: UInt64
        /// What broke a promise, in words; empty for a run that passed.
        public var violations: [String]
        /// Equal for equal runs only.
        public var digest: UInt64
        /// How many steps were made.
        public var steps: Int
        /// How long it took on the simulated clock.
        public var duration: Duration
        /// What happened to the key that broke first; only where the run was recorded.
        public var history: String
        /// How often each kind of fault was done.
        public var faults: [String: Int]
        /// How often what concerns purges was seen.
        public var purges: [String: Int]
    }

    private static let patience = Duration.seconds(600)
    private static let mostSteps = 3_000_000

    /// Runs it on the calling thread.
    ///
    /// - Parameters:
    ///   - isTransactional: Whether outcomes and offsets are written in transactions, and so each is asked to be there once.
    ///   - sabotage: A fault that is built in.
    ///   - isRecorded: Whether a history is kept, which changes nothing else.
    public static func run(
        seed: UInt64, isTransactional: Bool = true, sabotage: Sabotage? = nil, isRecorded: Bool = false
    ) -> Result {
        var settings = World.Settings(seed: seed, isTransactional: isTransactional)
        settings.sabotage = sabotage
        let world = World(settings, seed: seed, isRecorded: isRecorded)
        let fleet = Fleet(world)
        fleet.begin()
        let end = Moment.start + settings.story.span + patience
        let isDone = world.scheduler.run(
            until: { world.isQuiet || !world.checks.violations.isEmpty }, before: end, steps: mostSteps)
        if !isDone {
            world.checks.violated(
                "the work stands still: \(world.checks.openCount) records have no outcome; \(world.purgeReport); \(fleet.report)"
            )
        }
        if world.checks.violations.isEmpty {
            fleet.stopAll()
            let isStopped = world.scheduler.run(
                until: { fleet.isOver || !world.checks.violations.isEmpty },
                before: world.scheduler.now + .seconds(120),
                steps: mostSteps)
            if !isStopped { world.checks.violated("a worker does not stop: \(fleet.report)") }
        }
        if world.checks.purges != nil, world.checks.violations.isEmpty {
            // Until every marker of a transaction stands in every log.
            _ = world.scheduler.run(until: { false }, before: world.scheduler.now + .seconds(5), steps: mostSteps)
        }
        if world.checks.violations.isEmpty {
            world.checks.finish(world.story, world.api.directory, ends: world.ends)
            world.checks.purges?.finish(world.receiver, log: world.broker.records, ends: world.purgeEnds)
        }
        let first = world.checks.violations.first
        let result = Result(
            seed: seed, violations: world.checks.violations.map(\.text), digest: world.scheduler.digest,
            steps: world.scheduler.steps, duration: world.scheduler.now - .start,
            history: isRecorded ? world.history.text(lane: first?.lane, partition: first?.partition) : "",
            faults: fleet.faults, purges: world.checks.purges?.sights ?? [:])
        fleet.bury()
        return result
    }
}
