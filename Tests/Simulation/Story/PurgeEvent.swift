import KafkaClient
import Seams

/// A record of the purge requests, and what may become of it.
struct PurgeEvent {
    enum Kind {
        /// A request that is valid, whenever it is read.
        case request
        /// A request with a window: valid as long as that has not passed.
        case windowed
        /// A record that asks for nothing that could be done.
        case invalid
        /// A person's word.
        case resolution(String)
    }

    var kind: Kind
    /// The request that it speaks of.
    var requestID: String
    /// What its content is called: the `purgeReason`, by which the API's jobs lead back to it. Nil where it is no request.
    var marker: String?
    /// Whether the API refuses the request, which nobody before it could know.
    var isRefused = false
    /// Whether somebody is to be told of its end.
    var hasWebhook = false
    /// Whether the person looked at the API's jobs before.
    var isInformed = false
    var record: ProducerRecord
    /// When it is produced.
    var moment: Moment
    var partition: Int32 = 0
    var offset: Int64 = -1

    var isRequest: Bool {
        switch kind {
        case .request, .windowed: true
        case .invalid, .resolution: false
        }
    }

    var words: String { "\(kind) of \(requestID)\(marker.map { " (\($0))" } ?? "")" }
}
