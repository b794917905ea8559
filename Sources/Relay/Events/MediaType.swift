/// The type and subtype of a `content-type` or `datacontenttype`, in lower case, without parameters.
struct MediaType: Equatable {
    var text: String

    init(_ text: some StringProtocol) {
        let withoutParameters = text.prefix { $0 != ";" }
        self.text = withoutParameters.drop(while: \.isWhitespace).lowercased()
        while self.text.last?.isWhitespace == true { self.text.removeLast() }
    }

    /// The JSON format of a CloudEvent: structured mode.
    static let structuredEvent = MediaType("application/cloudevents+json")
    /// Several CloudEvents in one record: batch mode, which Kafka's binding does not have.
    static let eventBatch = MediaType("application/cloudevents-batch+json")

    /// Whether it declares JSON, by the rule of the CloudEvents JSON format: the subtype is `json` or ends with `+json`.
    var isJSON: Bool {
        guard let slash = text.firstIndex(of: "/") else { return false }
        let subtype = text[text.index(after: slash)...]
        return subtype == "json" || subtype.hasSuffix("+json")
    }
}
