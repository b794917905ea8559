import Relay
import Seams
import WorkerPool

extension World.Settings {
    /// Settings drawn from a seed: from a quiet world to a wild one.
    init(seed: UInt64, isTransactional: Bool) {
        var chance = Chance(seed: seed ^ 0x51A7_0E5E_ED5E_77E5)
        self.isTransactional = isTransactional
        story.events = chance.within(15...90)
        story.contacts = chance.within(2...8)
        story.organizations = chance.within(1...3)
        story.partitions = Int32(chance.within(1...4))
        story.span = .seconds(chance.within(2...40))
        story.remembersDeletions = isTransactional
        longestStep = chance.pick([0, 2_000, 20_000, 100_000])
        replicas = chance.within(1...3)
        faults = chance.pick([0, chance.within(1...4), chance.within(1...8), chance.within(4...16)])
        isStatic = chance.once(in: 4)
        hasHoles = chance.once(in: 2)
        broker.latency = chance.pick([0.1...1, 0.2...4, 1...40])
        broker.slowMessages = chance.pick([0, 100, 30])
        api.faults = chance.pick([0, 0, 30, 8])
        api.latency = chance.pick([0.5...5, 1...30, 20...300])
        api.slowCalls = chance.pick([0, 0, 50, 10])
        if chance.once(in: 3) { api.slowNames = ["person0"] }
        api.tokenLife = chance.pick([.seconds(3600), .seconds(40)])
        worker.limits = PoolLimits(
            maxInFlight: chance.within(1...12), maxBuffered: chance.pick([4, 20, 200]),
            maxParked: 200, maxRunLength: chance.pick([1, 3, 100]))
        if chance.once(in: 6) {
            worker.retry = RetryPolicy(maxAttempts: 3, maxAge: .seconds(20), baseDelay: .milliseconds(100))
        }
        worker.gracePeriod = .seconds(chance.within(4...20))
        worker.requestsPerMinute = chance.pick([nil, nil, 3000, 600])
        worker.requestTimeout = .seconds(chance.within(2...10))
        worker.commitPace = CommitPace(
            records: chance.pick([1, 5, 1000]), interval: .milliseconds(chance.pick([0, 100, 100])))
        broker.transactionFaults = chance.pick([0, 0, 40, 8])
        if chance.once(in: 8) { broker.largestDeadLetter = 100 }
        if isTransactional { addPurges(seed: seed) }
        addQuota(seed: seed)
    }

    /// The API has a limit in a third of the worlds, and the replicas keep to it together.
    private mutating func addQuota(seed: UInt64) {
        var chance = Chance(seed: seed ^ 0x0A70_7A5E_ED15_F00D)
        guard chance.once(in: 3) else { return }
        api.quota = chance.pick([240, 600])
        api.tellsQuota = chance.once(in: 3)
        worker.requestsPerMinute = api.quota.map(Double.init)
        worker.maxRetryAfter = chance.pick([.seconds(180), .seconds(5)])
    }

    /// Purges are asked for in half of the worlds. They have a chance of their own, so that the others stay what they are.
    private mutating func addPurges(seed: UInt64) {
        var chance = Chance(seed: seed ^ 0x9C0F_FEE5_0DE1_E7ED)
        guard chance.once(in: 2) else { return }
        var purges = World.PurgeSettings()
        purges.story.requests = chance.within(1...5)
        purges.story.partitions = Int32(chance.within(1...2))
        purges.story.span = story.span
        purges.story.hasMarks = chance.once(in: 3)
        purges.api.quota = chance.pick([nil, 3, 0])
        purges.api.quotaInterval = .seconds(chance.within(2...12))
        purges.api.faults = chance.pick([0, 5, 2])
        purges.api.longestJob = chance.pick([500, 10_000])
        purges.pollInterval = .seconds(chance.within(1...5))
        purges.quotaRecheck = .seconds(chance.within(2...10))
        purges.rejectsDependencies = chance.once(in: 4)
        purges.webhookFaults = chance.pick([0, 2, 5])
        self.purges = purges
        api.purges = purges.api
    }
}
