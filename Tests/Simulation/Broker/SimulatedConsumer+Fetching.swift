import KafkaClient

/// Fetching: one request at a time for each partition, whose answer waits at the broker until there is something.
extension SimulatedConsumer {
    func pause(_ partitions: [TopicPartition]) {
        guard process.isInWorld else { return }
        for partition in partitions { held[partition]?.isPaused = true }
    }

    func resume(_ partitions: [TopicPartition]) {
        guard process.isInWorld else { return }
        for partition in partitions.sorted() {
            held[partition]?.isPaused = false
            fetch(partition)
        }
    }

    func fetchAll() {
        for partition in held.keys.sorted() { fetch(partition) }
    }

    private func fetch(_ partition: TopicPartition) {
        guard let state = held[partition], !state.isPaused, !state.isFetching, !isClosing else { return }
        if case .revoking = busy { return }
        held[partition]?.isFetching = true
        let limit = scheduler.chance.within(1...12)
        scheduler.after(broker.latency()) { [self] in
            serve(partition, state.position, version: Fetch(state), limit: limit)
        }
    }

    /// Under what a record is fetched.
    struct Fetch: Equatable {
        let assignment: Int
        let version: Int

        init(_ held: Held) {
            assignment = held.assignment
            version = held.version
        }
    }

    /// At the broker.
    private func serve(_ partition: TopicPartition, _ position: Int64, version: Fetch, limit: Int) {
        guard !broker.isDown(for: process) else {
            return scheduler.after(scheduler.chance.duration(50...400), process) { [self] in
                guard held[partition].map(Fetch.init) == version else { return }
                held[partition]?.isFetching = false
                fetch(partition)
            }
        }
        guard let log = broker.log(partition) else { return }
        let (records, next) = log.read(from: position, limit: limit)
        if records.isEmpty, next == position {
            return broker.onChange(of: partition) { [self] in
                serve(partition, position, version: version, limit: limit)
            }
        }
        scheduler.after(broker.latency(), process) { [self] in
            guard held[partition].map(Fetch.init) == version else { return }
            held[partition]?.isFetching = false
            if case .revoking = busy { return }
            guard !isClosing else { return }
            held[partition]?.position = next
            held[partition]?.logEnd = log.end
            if !records.isEmpty { tell(.records(records)) }
            fetch(partition)
        }
    }
}
