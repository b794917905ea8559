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
            serve(partition, state.position, version: state.version, limit: limit)
        }
    }

    /// At the broker.
    private func serve(_ partition: TopicPartition, _ position: Int64, version: Int, limit: Int) {
        guard !broker.isDown(for: process) else {
            return scheduler.after(scheduler.chance.duration(50...400), process) { [self] in
                guard held[partition]?.version == version else { return }
                held[partition]?.isFetching = false
                fetch(partition)
            }
        }
        guard let (records, next) = broker.log(partition)?.read(from: position, limit: limit) else { return }
        if records.isEmpty, next == position {
            return broker.onChange(of: partition) { [self] in
                serve(partition, position, version: version, limit: limit)
            }
        }
        scheduler.after(broker.latency(), process) { [self] in
            guard held[partition]?.version == version else { return }
            held[partition]?.isFetching = false
            if case .revoking = busy { return }
            guard !isClosing else { return }
            held[partition]?.position = next
            if !records.isEmpty { tell(.records(records)) }
            fetch(partition)
        }
    }
}
