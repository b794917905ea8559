import JSON
import KafkaClient

/// Where the attributes of a CloudEvent are read from: a JSON object in structured mode, headers in binary mode.
protocol AttributeSource {
    /// The attribute `name`, judged only by its form.
    func attribute(_ name: String) -> AttributeForm
}

/// The form in which an attribute was found.
enum AttributeForm {
    case absent
    case text(String)
    /// There, but not usable as text; the words say why.
    case unreadable(String)
}

/// The attributes of structured mode. A member that is null is one that is not there (CloudEvents JSON format, 2.2).
struct StructuredAttributes: AttributeSource {
    let document: JSONValue

    func attribute(_ name: String) -> AttributeForm {
        guard let value = document[name], !value.isNull else { return .absent }
        guard let text = value.unicodeText else { return .unreadable("must be a string of Unicode text") }
        return .text(text)
    }
}

/// The attributes of binary mode: headers `ce_<name>` in UTF-8, as they are (only the HTTP binding percent-encodes);
/// `datacontenttype` is the header `content-type`. Of several headers with one name the last counts, as with Kafka's own
/// `lastHeader`.
struct BinaryAttributes: AttributeSource {
    let headers: [KafkaHeader]

    func attribute(_ name: String) -> AttributeForm {
        guard name == "datacontenttype" else { return headers.text(of: "ce_" + name) }
        if case .text("") = headers.text(of: "content-type") { return .absent }
        return headers.text(of: "content-type")
    }
}

extension [KafkaHeader] {
    /// The last header with this name; one without a value is one that is not there.
    func text(of name: String) -> AttributeForm {
        guard let value = last(where: { $0.name == name })?.value else { return .absent }
        guard let text = String(validatingUTF8Bytes: value) else { return .unreadable("is not UTF-8") }
        return .text(text)
    }
}
