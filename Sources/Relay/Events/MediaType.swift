/// The type and subtype of a `content-type` or `datacontenttype`, in lower case, without parameters.
struct MediaType: Equatable {
    /// Bytes rather than text: every record's are looked at, and only ASCII means anything here.
    private var bytes: [UInt8]

    init(_ text: String) {
        bytes = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte == UInt8(ascii: ";") { break }
            let isUpperCase = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            if !Self.isSpace(byte) || !bytes.isEmpty { bytes.append(isUpperCase ? byte | 0x20 : byte) }
        }
        while let last = bytes.last, Self.isSpace(last) { bytes.removeLast() }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// The JSON format of a CloudEvent: structured mode.
    static let structuredEvent = MediaType("application/cloudevents+json")
    /// Several CloudEvents in one record: batch mode, which Kafka's binding does not have.
    static let eventBatch = MediaType("application/cloudevents-batch+json")

    /// Whether it declares JSON, by the rule of the CloudEvents JSON format: the subtype is `json` or ends with `+json`.
    var isJSON: Bool {
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return false }
        let subtype = bytes[(slash + 1)...]
        return subtype.elementsEqual("json".utf8) || subtype.suffix(5).elementsEqual("+json".utf8)
    }
}
