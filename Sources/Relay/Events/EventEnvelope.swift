import Crypto
import JSON
import KafkaClient

/// A record taken apart as CloudEvents' Kafka binding says: attributes, data, and what was wrong with either.
struct EventEnvelope {
    var isCloudEvent = true
    var attributes = EventAttributes()
    /// Nil where there is none that can be read; a fault says so then.
    var data: JSONValue?
    var faults: [Rejection.Fault] = []

    /// Chooses the mode: a `ce_specversion` header means binary whatever else there is; else the content-type decides,
    /// and where there is none, the value.
    init(_ record: KafkaRecord) {
        if record.headers.contains(where: { $0.name == "ce_specversion" }) {
            self.init(binary: record)
            return
        }
        switch record.headers.text(of: "content-type") {
        case .absent, .text(""):
            self.init(structured: record.value)
        case .text(let text):
            switch MediaType(text) {
            case .structuredEvent: self.init(structured: record.value)
            case .eventBatch:
                self.init(noEvent: "a batch of CloudEvents is not supported: send one event in each record")
            default: self.init(noEvent: Self.noMode)
            }
        case .unreadable:
            self.init(noEvent: Self.noMode)
        }
    }

    private static let noMode =
        "not a CloudEvent: neither a ce_specversion header nor the content-type application/cloudevents+json"

    private init(noEvent problem: String) {
        isCloudEvent = false
        faults = [Rejection.Fault(.malformedEvent, at: "", problem)]
    }

    private init(structured value: [UInt8]?) {
        guard let value else {
            self.init(noEvent: "the record has no value")
            return
        }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: value)
        } catch {
            self.init(noEvent: "the value is not JSON: \(error.inWords)")
            return
        }
        guard document.kind == .object else {
            self.init(noEvent: "the value must be a JSON object")
            return
        }
        guard let version = document["specversion"], !version.isNull else {
            self.init(noEvent: "not a CloudEvent: the value has no specversion")
            return
        }
        self.init(attributes: AttributeReader(StructuredAttributes(document: document))) { faults in
            Self.data(of: document, &faults)
        }
    }

    private init(binary record: KafkaRecord) {
        self.init(attributes: AttributeReader(BinaryAttributes(headers: record.headers))) { faults in
            guard let value = record.value else {
                faults.append(Rejection.Fault(.invalidData, at: "data", "is missing"))
                return nil
            }
            return Self.parse(value, &faults)
        }
    }

    /// `data` is read only where it is declared to be JSON.
    private init(attributes reader: AttributeReader, data read: (inout [Rejection.Fault]) -> JSONValue?) {
        attributes = reader.attributes
        faults = reader.faults
        if reader.declaresJSON {
            data = read(&faults)
        } else {
            faults.append(Rejection.Fault(.invalidData, at: "datacontenttype", "must be JSON"))
        }
    }

    private static func data(of document: JSONValue, _ faults: inout [Rejection.Fault]) -> JSONValue? {
        let data = document["data"]
        guard let encoded = document["data_base64"], !encoded.isNull else {
            if data == nil { faults.append(Rejection.Fault(.invalidData, at: "data", "is missing")) }
            return data
        }
        guard data == nil else {
            faults.append(Rejection.Fault(.malformedEvent, at: "data_base64", "must not stand beside data"))
            return data
        }
        guard let text = encoded.stringValue, let bytes = Base64.decode(text) else {
            faults.append(Rejection.Fault(.malformedEvent, at: "data_base64", "must be a string in base64"))
            return nil
        }
        return parse(bytes, &faults)
    }

    private static func parse(_ bytes: [UInt8], _ faults: inout [Rejection.Fault]) -> JSONValue? {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            faults.append(Rejection.Fault(.invalidData, at: "data", "is not JSON: \(error.inWords)"))
            return nil
        }
    }
}

extension JSONError {
    /// The error and its place, without a word of the document.
    fileprivate var inWords: String { "\(message) (at byte \(offset))" }
}
