import KafkaClient
import Relay
import Seams
import WorkerPool

/// The workers of a run, and what is done to them.
final class Fleet {
    enum Fault: String, CaseIterable {
        case kill
        case stop
        case join
        case pause
        case starve
        case deadLettersAway
        case cutOff
        case brokerDown
        case apiDown
    }

    private let world: World
    private var replicas: [Replica] = []
    private var starting = 0
    private(set) var faults: [String: Int] = [:]
    private var isEnding = false

    init(_ world: World) {
        self.world = world
        world.checks.assignment = { [weak self] process, partition in
            let replica = self?.replicas.first { $0.process === process }
            return replica?.consumer.held[TopicPartition(Story.topic, partition)]?.assignment
        }
        world.checks.purges?.assignment = { [weak self] name, partition in
            let replica = self?.replicas.first { $0.process.name == name }
            return replica?.consumer.held[TopicPartition(PurgeStory.topic, partition)]?.assignment
        }
    }

    private var alive: [Replica] { replicas.filter(\.isAlive) }

    // MARK: Beginning

    func begin() {
        for _ in 0..<world.settings.replicas { start(after: world.scheduler.chance.duration(0...3000)) }
        let span = world.settings.story.span.inSeconds * 1000 + 15_000
        // Of everything something, or one kind over and over.
        let kinds =
            world.scheduler.chance.once(in: 2)
            ? Fault.allCases
            : [world.scheduler.chance.pick(Fault.allCases), world.scheduler.chance.pick(Fault.allCases)]
        for _ in 0..<world.settings.faults {
            let fault = world.scheduler.chance.pick(kinds)
            if world.scheduler.chance.once(in: 2) {
                world.scheduler.after(world.scheduler.chance.duration(500...span)) { [self] in strike(fault) }
            } else {
                // Most steps are made where most happens.
                world.scheduler.atStep(world.scheduler.chance.within(100...4000)) { [self] in strike(fault) }
            }
        }
    }

    /// - Parameter instance: Whose place the new one takes.
    private func start(after delay: Duration, as instance: String? = nil) {
        starting += 1
        world.scheduler.after(delay) { [self] in
            starting -= 1
            guard !isEnding else { return }
            let name = "r\(replicas.count + 1)"
            world.history.note(name, "starts")
            let isStatic = world.settings.isStatic
            replicas.append(
                Replica(name, instance: isStatic ? instance ?? "i-\(name)" : nil, in: world) { [self] in ended($0, $1) }
            )
        }
    }

    private func ended(_ replica: Replica, _ failure: (any Error)?) {
        world.history.note(replica.process.name, failure.map { "ends: \($0)" } ?? "ends in order")
        guard !isEnding else { return }
        if failure == nil, !replica.isTold { world.checks.violated("\(replica.process.name) ends without being told") }
        world.checks.isDisturbed = true
        if failure != nil || alive.isEmpty && starting == 0 {
            start(after: world.scheduler.chance.duration(500...4000))
        }
    }

    // MARK: Faults

    private func strike(_ fault: Fault) {
        guard !isEnding else { return }
        let chance = { (range: ClosedRange<Double>) in self.world.scheduler.chance.duration(range) }
        switch fault {
        case .brokerDown:
            world.checks.purges?.mayLoseAnswers = true
            world.broker.goDown(for: chance(200...15_000))
        case .apiDown: world.api.goDown(for: chance(200...20_000))
        case .join:
            guard alive.count + starting < 4 else { return }
            start(after: .zero)
        case .deadLettersAway:
            let isOfPurges = world.settings.purges != nil && world.scheduler.chance.once(in: 2)
            let topic = isOfPurges ? PurgeChecks.deadLettersTopic : World.deadLettersTopic
            world.checks.deadLettersWait = true
            guard world.broker.missingTopics.insert(topic).inserted else { return }
            world.history.note("broker", "has no topic \(topic)")
            world.scheduler.after(chance(500...20_000)) { [self] in
                world.history.note("broker", "has the topic \(topic) again")
                world.broker.missingTopics.remove(topic)
            }
        case .kill, .stop, .pause, .starve, .cutOff:
            guard !alive.isEmpty else { return }
            strike(fault, world.scheduler.chance.pick(alive))
        }
        faults[fault.rawValue, default: 0] += 1
    }

    private func strike(_ fault: Fault, _ replica: Replica) {
        world.checks.isDisturbed = true
        world.checks.purges?.mayLoseAnswers = true
        let process = replica.process
        let chance = { (range: ClosedRange<Double>) in self.world.scheduler.chance.duration(range) }
        switch fault {
        case .kill:
            world.history.note(process.name, "is killed")
            process.kill()
            // Never so soon that a request of the dead one, still on the wire, could come after those of the new one.
            start(after: chance(2000...10_000), as: replica.instance)
        case .stop:
            // A third signal gives up what is on the wire.
            guard !replica.isTold else { return }
            world.history.note(process.name, "is told to stop")
            replica.stop()
            if world.scheduler.chance.once(in: 4) {
                world.scheduler.after(world.scheduler.chance.duration(10...2000), process) { replica.stop() }
            }
            if alive.count + starting < 3 { start(after: chance(0...5000)) }
        case .pause:
            guard process.state == .running else { return }
            let length =
                world.scheduler.chance.once(in: 3)
                ? world.scheduler.chance.duration(50...4000) : world.scheduler.chance.duration(8000...40_000)
            world.history.note(process.name, "is stopped for \(length.wholeMilliseconds) ms")
            process.pause()
            world.scheduler.after(length) { [self] in
                world.history.note(process.name, "wakes")
                process.resume()
            }
        case .cutOff:
            let length = chance(1000...30_000)
            world.history.note(process.name, "is cut off from the broker for \(length.wholeMilliseconds) ms")
            process.cutOffUntil = world.scheduler.now + length
        case .starve:
            guard process.state == .running else { return }
            let length = chance(1...3000)
            world.history.note(process.name, "gets no time for \(length.wholeMilliseconds) ms")
            process.starve()
            world.scheduler.after(length) { process.resume() }
        case .join, .brokerDown, .apiDown, .deadLettersAway:
            break
        }
    }

    // MARK: Ending

    func stopAll() {
        isEnding = true
        for replica in replicas where replica.isAlive {
            replica.process.resume()
            world.history.note(replica.process.name, "is told to stop, in the end")
            replica.stop()
        }
    }

    var isOver: Bool { alive.isEmpty }

    func bury() {
        for replica in replicas { replica.bury() }
        _ = world.scheduler.runBuried(steps: 100_000)
        world.checks.assignment = { _, _ in nil }
        world.checks.owner = { _ in nil }
        world.checks.purges = nil
        world.broker.clear()
        world.scheduler.clear()
        replicas = []
    }

    /// What the workers do, for a person.
    var report: String {
        alive.map { replica in
            guard let status = replica.status else { return "\(replica.process.name) starts" }
            return "\(replica.process.name) has \(status.partitions.map(\.partition)), backlog \(status.backlog), pool "
                + "\(status.pool.running) running \(status.pool.buffered) buffered \(status.pool.parked) parked, paused by "
                + "\(status.pausedBecause), faults \(status.faults.map { "\($0.key): \($0.value)" }.sorted())"
        }.joined(separator: "; ")
    }
}
