internal import CRdKafka

/// What librdkafka's callbacks find behind the one opaque pointer that a client has.
///
/// A C function pointer captures nothing, so all callbacks share this. `ClientHandle` holds it until
/// `rd_kafka_destroy` has returned: destroy itself may still call back.
final class ClientContext: Sendable {
    let observer: KafkaObserver
    let onError: @Sendable (KafkaError) -> Void
    let onRebalance: @Sendable (Rebalance) -> Void
    let onDelivery: @Sendable (_ token: UInt, Result<ProducedRecord, KafkaError>) -> Void

    init(
        observer: KafkaObserver,
        onError: @escaping @Sendable (KafkaError) -> Void = { _ in },
        onRebalance: @escaping @Sendable (Rebalance) -> Void = { _ in },
        onDelivery: @escaping @Sendable (UInt, Result<ProducedRecord, KafkaError>) -> Void = { _, _ in }
    ) {
        self.observer = observer
        self.onError = onError
        self.onRebalance = onRebalance
        self.onDelivery = onDelivery
    }

    static func behind(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
        opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// What the group wants of this member.
enum Rebalance: Sendable, Equatable {
    case assign([TopicPartition])
    case revoke([TopicPartition], isLost: Bool)
    case failed(KafkaError)

    static func == (left: Rebalance, right: Rebalance) -> Bool {
        switch (left, right) {
        case (.assign(let a), .assign(let b)): a == b
        case (.revoke(let a, let x), .revoke(let b, let y)): a == b && x == y
        case (.failed(let a), .failed(let b)): a.code == b.code
        case (.assign, _), (.revoke, _), (.failed, _): false
        }
    }
}
