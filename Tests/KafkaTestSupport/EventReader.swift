public import KafkaClient

/// Takes a consumer's events one by one. One task uses it.
public final class EventReader {
    /// The consumer that it reads.
    public let consumer: KafkaConsumer
    /// What was reported as an error so far; errors are passed over otherwise.
    public private(set) var errors: [KafkaError] = []

    private var pending: [KafkaConsumerEvent] = []
    private var coming: Task<[KafkaConsumerEvent], Never>?

    /// Makes one; nobody else may take the consumer's events then.
    public init(_ consumer: KafkaConsumer) {
        self.consumer = consumer
    }

    /// Asks for more in advance, which says that what came so far is worked through.
    public func goOn() {
        guard coming == nil else { return }
        let consumer = consumer
        // Awaited by the next call that takes events.
        coming = Task { await consumer.nextEvents() }
    }

    /// The member's place in its group after what came so far was worked through, waited for for some seconds.
    public func place() async throws -> KafkaGroupMetadata {
        goOn()
        for _ in 0..<200 {
            do {
                return try await consumer.groupMetadata()
            } catch {
                guard error.code == "_STATE" else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        return try await consumer.groupMetadata()
    }

    /// Ends with the time limit of the test, which closes the consumer.
    private func nextEvents() async -> [KafkaConsumerEvent] {
        let (consumer, coming) = (consumer, coming)
        self.coming = nil
        return await withTaskCancellationHandler {
            if let coming { return await coming.value }
            return await consumer.nextEvents()
        } onCancel: {
            // Nobody awaits it: its end is seen as that of the events.
            Task { await consumer.close() }
        }
    }

    /// The next event that is no error and not the news of having joined without a partition; nil at the end.
    public func next() async -> KafkaConsumerEvent? {
        while true {
            while !pending.isEmpty {
                let event = pending.removeFirst()
                switch event {
                case .error(let error): errors.append(error)
                case .assigned(let partitions) where partitions.isEmpty: break
                default: return event
                }
            }
            pending = await nextEvents()
            if pending.isEmpty { return nil }
        }
    }

    /// The next error, passing over what comes before it; nil at the end.
    public func nextError() async -> KafkaError? {
        while true {
            let events = await nextEvents()
            if events.isEmpty { return nil }
            for case .error(let error) in events { return error }
        }
    }

    /// The partitions of the next event, which has to be an assignment.
    public func assigned() async throws -> [TopicPartition] {
        let event = await next()
        guard case .assigned(let assigned)? = event else { throw Surprise(event) }
        return assigned.map(\.partition)
    }

    /// The next event, which has to be a revocation.
    public func revoked() async throws -> ([TopicPartition], RevocationAcknowledgement) {
        let event = await next()
        guard case .revoked(let partitions, let acknowledgement)? = event else { throw Surprise(event) }
        return (partitions, acknowledgement)
    }

    /// The next `count` records, with nothing else among them.
    public func records(_ count: Int) async throws -> [KafkaRecord] {
        var records: [KafkaRecord] = []
        while records.count < count {
            let event = await next()
            guard case .records(let more)? = event else { throw Surprise(event) }
            records += more
        }
        return records
    }

    /// Closes the consumer, letting go of whatever is revoked; returns what was.
    public func close() async -> [TopicPartition] {
        let consumer = consumer
        async let closing: Void = consumer.close()
        var partitions: [TopicPartition] = []
        while let event = await next() {
            if case .revoked(let more, let acknowledgement) = event {
                partitions += more
                acknowledgement()
            }
        }
        await closing
        return partitions
    }

    /// An event that was not expected.
    public struct Surprise: Error {
        /// What came instead; nil is the end.
        public var event: KafkaConsumerEvent?

        /// Makes one.
        public init(_ event: KafkaConsumerEvent?) {
            self.event = event
        }
    }
}
