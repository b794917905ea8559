import KafkaClient
import Testing

@testable import Relay

@Suite struct KafkaErrorEndTests {
    @Test(arguments: [
        "GROUP_AUTHORIZATION_FAILED", "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED",
        "TOPIC_AUTHORIZATION_FAILED",
    ])
    func aRefusalEndsTheWorker(_ code: String) {
        let error = KafkaError(code: code, message: "no", isRetriable: true, transaction: .retry)
        #expect(error.isRefusal && error.endsWorker)
    }

    @Test(arguments: ["_TRANSPORT", "_ALL_BROKERS_DOWN", "UNKNOWN_TOPIC_OR_PART", "_AUTHENTICATION"])
    func whatPassesDoesNot(_ code: String) {
        #expect(!KafkaError(code: code, message: "no").endsWorker)
    }

    @Test func aClientThatIsDoneDoesWithoutBeingARefusal() {
        let error = KafkaError(code: "_FATAL", message: "no", isFatal: true)
        #expect(error.endsWorker && !error.isRefusal)
    }
}
