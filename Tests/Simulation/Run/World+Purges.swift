import GenesysCloud
import KafkaClient
import Observability
import Relay
import Seams

/// Purges: what is asked for, and a person who decides about those that are held.
extension World {
    func begin(_ purges: PurgeSettings, seed: UInt64) {
        let checks = PurgeChecks(checks)
        checks.submissionsMayFail = settings.worker.retry.maxAttempts < 100
        // With a transaction for each record the last answers may not get into the log in time.
        checks.mayLoseAnswers = settings.broker.transactionFaults > 0 || settings.worker.commitPace.records == 1
        checks.rejectsDependencies = purges.rejectsDependencies
        checks.owner = { [broker] in broker.group.owner(of: TopicPartition(PurgeStory.topic, $0)) }
        checks.api = { [api] in api.purges.job($0) }
        checks.isHeld = { [weak self] in self?.ask(about: $0) }
        self.checks.purges = checks
        for topic in [
            PurgeStory.topic, PurgeChecks.outcomesTopic, PurgeChecks.deadLettersTopic, PurgeChecks.jobsTopic,
            PurgeChecks.auditTopic,
        ] {
            broker.makeTopic(topic, partitions: purges.story.partitions)
        }
        broker.makeTopic(PurgeStory.marksTopic, partitions: 1)
        broker.group.topics.append(PurgeStory.topic)
        let story = PurgeStory(purges.story, seed: seed ^ 0xD00D_0FF1_CE00_5EED)
        for event in story.events { tell(event) }
        for (record, moment) in story.marks {
            scheduler.at(moment) { [broker, history] in
                history.note(
                    "emitter", "\(PurgeStory.marksTopic): \(String(decoding: record.value ?? [], as: UTF8.self))")
                broker.append(record, to: TopicPartition(PurgeStory.marksTopic, 0), transaction: nil)
            }
        }
    }

    private func tell(_ event: PurgeEvent) {
        purgesToCome += 1
        scheduler.at(event.moment) { [self] in
            purgesToCome -= 1
            var event = event
            guard let partition = broker.partition(for: event.record) else { return }
            if settings.hasHoles, scheduler.chance.once(in: 3) { broker.mark(partition, nil, isCommit: true) }
            event.partition = partition.partition
            event.offset = broker.log(partition)?.end ?? 0
            checks.purges?.expect(event)
            broker.append(event.record, to: partition, transaction: nil)
            purgeEnds[event.partition] = event.offset + 1
            history.note("emitter", lane: event.requestID, "\(partition)/\(event.offset): \(event.words)")
        }
    }

    /// A person hears of a held purge, looks what the API has of it, and decides: in time, and long after whatever was on
    /// the wire has come to its end.
    private func ask(about requestID: String) {
        scheduler.after(scheduler.chance.duration(3000...15_000)) { [self] in
            guard let purges = checks.purges, let state = purges.states[requestID], state.job.phase == .held,
                let marker = purges.entries[state.entry].event.marker
            else { return }
            let now = scheduler.now
            var event: PurgeEvent
            if let job = api.purges.jobs(of: marker).last, !scheduler.chance.once(in: 4) {
                event = PurgeStory.resolution(of: requestID, "submitted", purgeID: job.id, at: now)
            } else {
                let word = scheduler.chance.once(in: 4) ? "abandon" : "resubmit"
                event = PurgeStory.resolution(of: requestID, word, at: now)
            }
            event.isInformed = true
            tell(event)
        }
    }

    var arePurgesQuiet: Bool {
        guard let purges = checks.purges else { return true }
        return purgesToCome == 0 && purges.isQuiet
            && purgeEnds.allSatisfy { purges.positions[$0.key] ?? 0 >= $0.value }
    }

    /// What is left of the purges, for a person.
    var purgeReport: String {
        guard let purges = checks.purges else { return "no purges" }
        let jobs = purges.states.filter { $0.value.job.phase != .ended || $0.value.job.webhook?.state == .pending }
        return "\(purges.openCount) purge records have no final outcome, jobs "
            + "\(jobs.map { "\($0.key): \($0.value.job.phase.rawValue)" }.sorted())"
    }

    /// What a worker is told about purges; nil where it takes none.
    func purgeParts(
        for process: SimulatedProcess, api: any PurgeAPI, logger: Logger
    ) -> PurgeParts? {
        guard let purges = settings.purges else { return nil }
        let rules = PurgeRules(
            resourceTypes: ["conversation", "user"], minWindow: .seconds(1),
            webhooks: WebhookPolicy(defaultURL: nil, allowedHosts: [PurgeStory.host]))
        return PurgeParts(
            settings: PurgeDeskSettings(
                rules: rules, onDependencyViolation: purges.rejectsDependencies ? .reject : .defer,
                pollInterval: purges.pollInterval, quotaRecheck: purges.quotaRecheck,
                maxDuration: PurgeSettings.maxDuration),
            api: api,
            webhooks: SimulatedWebhooks(process: process, receiver: receiver, sabotage: settings.sabotage),
            recordStates: RecordStates(topic: PurgeStory.marksTopic, logger: logger),
            follower: SimulatedFollower(process: process, broker: broker))
    }
}
