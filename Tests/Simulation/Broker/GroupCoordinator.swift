import KafkaClient
import Seams

/// The consumer group: generations and members with session time-outs, by the eager protocol. Members that do not join
/// again within the rebalance time-out, or whose session ends, are out.
final class GroupCoordinator {
    enum Fault {
        case unknownMember
        case illegalGeneration
        case rebalanceInProgress
    }

    struct Place {
        var memberID: String
        var generation: Int
    }

    private struct Member {
        var process: SimulatedProcess
        /// Of a static member.
        var instance: String?
        var deadline: Moment
        var joined: ((Result<Place, FaultError>) -> Void)?
        var synced: ((Result<[TopicPartition], FaultError>) -> Void)?
    }

    struct FaultError: Error {
        var fault: Fault
        init(_ fault: Fault) { self.fault = fault }
    }

    private enum Phase {
        case empty
        case preparing
        case completing
        case stable
    }

    private unowned let broker: SimulatedBroker
    private var phase = Phase.empty
    private(set) var generation = 0
    private var members: [String: Member] = [:]
    private var leader = ""
    private var assignment: [String: [TopicPartition]] = [:]
    private(set) var committed: [TopicPartition: CommittedOffset] = [:]
    private var lastMember = 0
    private var round = 0
    var topics: [String] = []

    init(broker: SimulatedBroker) {
        self.broker = broker
        expireLater()
    }

    /// Whose the partition is by the coordinator's word.
    func owner(of partition: TopicPartition) -> SimulatedProcess? {
        for (id, member) in members where assignment[id]?.contains(partition) == true { return member.process }
        return nil
    }

    var memberCount: Int { members.count }

    // MARK: Membership

    func join(
        _ memberID: String?, _ process: SimulatedProcess, instance: String?,
        _ reply: @escaping (Result<Place, FaultError>) -> Void
    ) {
        let id: String
        if let memberID {
            guard members[memberID] != nil else { return reply(.failure(FaultError(.unknownMember))) }
            id = memberID
        } else {
            lastMember += 1
            id = "\(process.name)#\(lastMember)"
            let former = members.keys.sorted().first { instance != nil && members[$0]?.instance == instance }
            members[id] = Member(process: process, instance: instance, deadline: sessionEnd)
            if let former, takesOver(id, from: former) {
                return reply(.success(Place(memberID: id, generation: generation)))
            }
        }
        members[id]?.deadline = sessionEnd
        members[id]?.joined = reply
        if phase != .preparing { prepare() }
        // From now on it owns nothing: it let go before it asked.
        assignment[id] = nil
        completeIfAllJoined()
    }

    /// A static member is back: it has what it had, and nobody else hears of it. False when a rebalance is under way, which
    /// it joins like any other.
    private func takesOver(_ id: String, from former: String) -> Bool {
        broker.history.note("broker", "member \(id) takes the place of \(former)")
        members[former] = nil
        let partitions = assignment.removeValue(forKey: former)
        guard phase == .stable else { return false }
        assignment[id] = partitions
        return true
    }

    func sync(
        _ memberID: String, _ generation: Int, _ reply: @escaping (Result<[TopicPartition], FaultError>) -> Void
    ) {
        if let fault = fault(of: memberID, generation) { return reply(.failure(FaultError(fault))) }
        switch phase {
        case .empty, .preparing:
            reply(.failure(FaultError(.rebalanceInProgress)))
        case .stable:
            reply(.success(assignment[memberID] ?? []))
        case .completing:
            members[memberID]?.synced = reply
            guard memberID == leader else { return }
            phase = .stable
            assign()
            for id in members.keys.sorted() {
                members[id]?.deadline = sessionEnd
                members[id]?.synced?(.success(assignment[id] ?? []))
                members[id]?.synced = nil
            }
        }
    }

    func heartbeat(_ memberID: String, _ generation: Int) -> Fault? {
        if let fault = fault(of: memberID, generation) { return fault }
        members[memberID]?.deadline = sessionEnd
        return phase == .preparing ? .rebalanceInProgress : nil
    }

    func leave(_ memberID: String) {
        guard members[memberID] != nil else { return }
        remove(memberID, "left")
    }

    /// A broker counts from the last heartbeat, a member from the answer to it. That the member finds out last, by as much
    /// as a heartbeat takes, is nothing that a worker could mend: the simulated broker waits a little longer.
    private var sessionEnd: Moment {
        max(broker.scheduler.now, broker.downUntil) + broker.settings.sessionTimeout + .seconds(2)
    }

    private func fault(of memberID: String, _ generation: Int) -> Fault? {
        guard members[memberID] != nil else { return .unknownMember }
        return generation == self.generation ? nil : .illegalGeneration
    }

    private func remove(_ id: String, _ why: String) {
        broker.history.note("broker", "member \(id) \(why)")
        members[id] = nil
        assignment[id] = nil
        if members.isEmpty {
            phase = .empty
        } else if phase == .preparing {
            completeIfAllJoined()
        } else {
            prepare()
        }
    }

    private func prepare() {
        let isFirst = phase == .empty
        phase = .preparing
        round += 1
        let round = round
        for id in members.keys.sorted() {
            members[id]?.synced?(.failure(FaultError(.rebalanceInProgress)))
            members[id]?.synced = nil
        }
        // A group that was empty waits a little for more members.
        let limit = isFirst ? .milliseconds(500) : broker.settings.rebalanceTimeout
        broker.scheduler.after(limit) { [weak self] in
            guard let self, phase == .preparing, self.round == round else { return }
            for id in members.keys.sorted() where members[id]?.joined == nil {
                broker.history.note("broker", "member \(id) has not joined again in time")
                members[id] = nil
                assignment[id] = nil
            }
            complete()
        }
        isWaitingForMore = isFirst
    }

    private var isWaitingForMore = false

    private func completeIfAllJoined() {
        guard phase == .preparing, !isWaitingForMore else { return }
        if members.values.allSatisfy({ $0.joined != nil }) { complete() }
    }

    private func complete() {
        isWaitingForMore = false
        guard !members.isEmpty else {
            phase = .empty
            return
        }
        generation += 1
        phase = .completing
        assignment = [:]
        let ids = members.keys.sorted()
        leader = ids[0]
        broker.history.note("broker", "generation \(generation): \(ids.joined(separator: " "))")
        for id in ids {
            members[id]?.deadline = sessionEnd
            members[id]?.joined?(.success(Place(memberID: id, generation: generation)))
            members[id]?.joined = nil
        }
    }

    private func assign() {
        let ids = members.keys.sorted()
        let first = broker.scheduler.chance.below(ids.count)
        assignment = [:]
        for (index, partition) in topics.flatMap(broker.partitions).enumerated() {
            assignment[ids[(first + index) % ids.count], default: []].append(partition)
        }
        for id in ids {
            broker.history.note(
                "broker",
                "gives \(id) partitions \((assignment[id] ?? []).map { $0.words }.joined(separator: ","))")
        }
    }

    // MARK: Offsets

    /// Whether a member may commit; `isTransactional` as the broker's TxnOffsetCommit, which a rebalance does not stop.
    func faultOfCommit(_ memberID: String, _ generation: Int, isTransactional: Bool) -> Fault? {
        // What a broker does with no place at all: it takes it unseen.
        if memberID.isEmpty, generation < 0 { return nil }
        if let fault = fault(of: memberID, generation) { return fault }
        return !isTransactional && phase == .completing ? .rebalanceInProgress : nil
    }

    func apply(_ offsets: [TopicPartition: CommittedOffset]) {
        committed.merge(offsets) { _, new in new }
    }

    func clear() {
        members = [:]
    }

    // MARK: Time

    func brokerWentDown(until end: Moment) {
        for id in members.keys { members[id]?.deadline = end + broker.settings.sessionTimeout + .seconds(2) }
    }

    private func expireLater() {
        broker.scheduler.after(.milliseconds(200)) { [weak self] in
            guard let self else { return }
            expireLater()
            for id in members.keys.sorted() {
                // Who waits for the others to join is held by its request.
                guard let member = members[id], member.joined == nil, member.deadline < broker.scheduler.now else {
                    continue
                }
                remove(id, "has lost its session")
            }
        }
    }
}
