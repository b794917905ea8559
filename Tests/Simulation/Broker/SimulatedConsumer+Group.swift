import KafkaClient
import Seams

/// The group's protocol, as librdkafka's threads carry it on whatever the pipeline does.
extension SimulatedConsumer {
    func join() {
        guard !isClosing, !isDone, !isJoining else { return }
        isJoining = true
        let id = memberID
        let reply: (Result<GroupCoordinator.Place, GroupCoordinator.FaultError>) -> Void = { [self] result in
            scheduler.after(broker.latency(), process) { [self] in joined(result) }
        }
        send { [broker, process, instance] in broker.group.join(id, process, instance: instance, reply) }
    }

    private func joined(_ result: Result<GroupCoordinator.Place, GroupCoordinator.FaultError>) {
        isJoining = false
        lastHeartbeat = scheduler.now
        switch result {
        case .success(let place):
            memberID = place.memberID
            generation = place.generation
            if isClosing { return leaveIfFree() }
            sync(place)
        case .failure:
            memberID = nil
            generation = -1
            join()
        }
    }

    private func sync(_ place: GroupCoordinator.Place) {
        isJoining = true
        let reply: (Result<[TopicPartition], GroupCoordinator.FaultError>) -> Void = { [self] result in
            scheduler.after(broker.latency(), process) { [self] in
                isJoining = false
                guard memberID == place.memberID, generation == place.generation else { return join() }
                switch result {
                case .success(let partitions):
                    if isClosing { return leaveIfFree() }
                    prepare(partitions)
                case .failure(let error):
                    if error.fault == .unknownMember { forgetMember() }
                    join()
                }
            }
        }
        send { [broker] in broker.group.sync(place.memberID, place.generation, reply) }
    }

    /// Asks where to begin; the answer waits until no transaction holds offsets of these partitions.
    private func prepare(_ partitions: [TopicPartition]) {
        busy = .preparing
        broker.request(from: process, { [broker] in broker.stableOffsets(of: partitions) }) { [self] committed in
            guard !isDone else { return }
            busy = .no
            if isClosing { return leaveIfFree() }
            for partition in partitions {
                held[partition] = Held(
                    position: committed[partition]?.offset ?? 0, assignment: broker.newAssignment())
            }
            broker.history.note(
                process.name,
                "has partitions "
                    + partitions.map {
                        "\($0.words)@\(committed[$0]?.offset ?? -1)\(committed[$0]?.metadata ?? "")"
                    }
                    .joined(separator: " "))
            tell(.assigned(partitions.sorted().map { AssignedPartition($0, committed: committed[$0]) }))
            settle()
            fetchAll()
        }
    }

    // MARK: Heartbeats

    private func heartbeat() {
        guard let memberID, !isJoining else { return }
        let generation = generation
        lastSent = scheduler.now
        scheduler.after(broker.latency()) { [self] in
            guard !broker.isDown(for: process) else { return }
            let fault = broker.group.heartbeat(memberID, generation)
            scheduler.after(broker.latency(), process) { [self] in
                guard self.memberID == memberID, self.generation == generation, !isJoining, !isDone else { return }
                lastHeartbeat = scheduler.now
                switch fault {
                case nil: break
                case .rebalanceInProgress: rebalance(.revoke)
                case .unknownMember, .illegalGeneration:
                    forgetMember()
                    rebalance(.lose)
                }
            }
        }
    }

    /// Heartbeats as they are due; without an answer for a whole session it gives its partitions up by itself.
    func keepSession() {
        guard !isDone else { return }
        scheduler.after(.milliseconds(100), process) { self.keepSession() }
        guard memberID != nil, !isJoining else { return }
        if scheduler.now - lastSent >= broker.settings.sessionTimeout / 4 { heartbeat() }
        guard scheduler.now - lastHeartbeat > broker.settings.sessionTimeout else {
            return
        }
        lastHeartbeat = scheduler.now
        rebalance(.lose)
    }

    /// As if what it has were lost and came back, at what is committed now: for a fault that is built in.
    func startAgain() {
        guard case .no = busy, !held.isEmpty, !isClosing else { return }
        let partitions = held.keys.sorted()
        tell(.lost(partitions))
        for partition in partitions {
            held[partition]?.position = broker.group.committed[partition]?.offset ?? 0
            held[partition]?.version += 1
            held[partition]?.isFetching = false
        }
        tell(.assigned(partitions.map { AssignedPartition($0, committed: broker.group.committed[$0]) }))
        fetchAll()
    }

    func forgetMember() {
        memberID = nil
        generation = -1
    }

    // MARK: Rebalances

    private func rebalance(_ rebalance: Rebalance) {
        guard case .no = busy else {
            if case .lose = rebalance { owed = .lose } else { owed = owed ?? .revoke }
            return
        }
        switch rebalance {
        case .revoke:
            guard !held.isEmpty else { return join() }
            revoke()
        case .lose:
            broker.checks.isDisturbed = true
            let partitions = held.keys.sorted()
            held = [:]
            if !partitions.isEmpty {
                broker.history.note(process.name, "has lost its partitions")
                tell(.lost(partitions))
            }
            isClosing ? leaveIfFree() : join()
        }
    }

    private func revoke() {
        let id = newRevocation()
        busy = .revoking(id: id)
        broker.checks.isDisturbed = true
        let partitions = held.keys.sorted()
        broker.history.note(process.name, "is asked for its partitions")
        tell(
            .revoked(
                partitions,
                acknowledgement: RevocationAcknowledgement { [self] in
                    guard process.isInWorld else { return }
                    // The poll thread hears of it a little later.
                    scheduler.after(scheduler.chance.duration(0...1), process) { self.letGo(id) }
                }))
    }

    private func letGo(_ id: Int) {
        guard case .revoking(id) = busy else { return }
        broker.history.note(process.name, "lets its partitions go")
        busy = .no
        owed = nil
        held = [:]
        isClosing ? leave() : join()
    }

    private func settle() {
        guard let rebalance = owed else { return }
        owed = nil
        self.rebalance(rebalance)
    }

    // MARK: The end

    func leaveIfFree() {
        guard isClosing, !isDone, case .no = busy else { return }
        guard held.isEmpty else { return revoke() }
        leave()
    }

    private func leave() {
        // A static member keeps its place until it is back or its session is over.
        guard let memberID, instance == nil else { return finish() }
        // The library waits for the answer, if not for ever.
        broker.request(from: process, { [broker] in broker.group.leave(memberID) }) { self.finish() }
        scheduler.after(.seconds(5), process) { self.finish() }
    }

    /// A request that the coordinator answers when it likes; sent again as long as the broker is down.
    private func send(_ serve: @escaping () -> Void) {
        scheduler.after(broker.latency()) { [self] in
            if broker.isDown(for: process) {
                scheduler.after(scheduler.chance.duration(50...400), process) { self.send(serve) }
            } else {
                serve()
            }
        }
    }
}

extension SimulatedBroker {
    /// The committed offsets; nil while a transaction holds some of them.
    func stableOffsets(of partitions: [TopicPartition]) -> [TopicPartition: CommittedOffset]? {
        guard !partitions.contains(where: transactions.isPending) else { return nil }
        return group.committed.filter { partitions.contains($0.key) }
    }
}
