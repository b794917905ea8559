import Seams

/// Reads a CloudEvent's attributes from either mode and notes what breaks the rules of CloudEvents 1.0.
struct AttributeReader {
    private(set) var attributes = EventAttributes()
    private(set) var faults: [Rejection.Fault] = []
    /// What `data` is declared to be: JSON where nothing is declared.
    private(set) var declaresJSON = true

    init(_ source: some AttributeSource) {
        if let version = text("specversion", of: source, isRequired: true), version != "1.0" {
            note("specversion", "must be 1.0")
        }
        attributes.id = text("id", of: source, isRequired: true)
        attributes.source = text("source", of: source, isRequired: true)
        attributes.type = text("type", of: source, isRequired: true)
        attributes.subject = text("subject", of: source)
        attributes.sequence = text("sequence", of: source)
        if let time = text("time", of: source), WallTime(rfc3339: time) == nil {
            note("time", "must be a time as RFC 3339 writes it")
        }
        if let type = text("datacontenttype", of: source) {
            declaresJSON = MediaType(type).isJSON
        }
        // A trace that cannot be read is no trace; W3C Trace Context asks receivers to go on without it.
        if case .text(let traceparent) = source.attribute("traceparent"), !traceparent.isEmpty {
            attributes.traceparent = traceparent
        }
    }

    /// The attribute where it is a string with something in it; else nil, with a fault if that breaks a rule.
    private mutating func text(
        _ name: String, of source: some AttributeSource, isRequired: Bool = false
    ) -> String? {
        switch source.attribute(name) {
        case .absent:
            if isRequired { note(name, "is missing") }
        case .unreadable(let problem):
            note(name, problem)
        case .text(""):
            note(name, "must not be empty")
        case .text(let text):
            return text
        }
        return nil
    }

    private mutating func note(_ name: String, _ problem: String) {
        faults.append(Rejection.Fault(.malformedEvent, at: name, problem))
    }
}
