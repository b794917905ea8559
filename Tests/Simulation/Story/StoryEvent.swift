import JSON
import KafkaClient
import Seams

/// A record of the input topic, and what should become of it.
struct StoryEvent {
    enum Fate: String {
        /// Applied, or found to be there already.
        case applied
        case unchanged
        case superseded
        case rejected
    }

    enum Verb: String {
        case created
        case updated
        case upserted
        case deleted
    }

    /// The external id of what it is about; nil where the record cannot be read.
    var lane: String?
    /// Its place in the lane.
    var index: Int
    var verb: Verb?
    var sequence: String?
    var record: ProducerRecord
    var fate: Fate
    /// When it is produced.
    var moment: Moment
    var partition: Int32 = 0
    var offset: Int64 = -1

    var words: String {
        "\(lane ?? "?")[\(index)] \(verb?.rawValue ?? "nonsense") -> \(fate.rawValue)"
    }
}
