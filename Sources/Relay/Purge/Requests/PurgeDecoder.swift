import JSON
public import KafkaClient
public import Seams

/// Turns records of `purge-requests` into requests and resolutions, or into all that is wrong with them. It never fails
/// and keeps nothing, so any task may use it.
public struct PurgeDecoder: Sendable {
    private let rules: PurgeRules

    /// Makes a decoder.
    public init(rules: PurgeRules) {
        self.rules = rules
    }

    /// Reads a record in structured or binary mode.
    ///
    /// - Parameter now: what a request's execution window is judged by. A record that was valid may be rejected when it
    ///   is decoded later.
    public func decode(_ record: KafkaRecord, at now: WallTime) -> DecodedPurgeRecord {
        let envelope = EventEnvelope(record)
        let coordinates = RecordCoordinates(record)
        let content = content(of: envelope, key: record.key, at: now)
        return DecodedPurgeRecord(
            record: coordinates, attributes: envelope.attributes, isCloudEvent: envelope.isCloudEvent,
            requestID: Self.requestID(of: envelope, key: coordinates.keyText),
            contentDigest: Self.contentDigest(of: envelope, key: record.key, content), content: content)
    }

    /// Broken attributes do not keep the data from being checked: whoever repairs an event wants the whole list.
    func content(of envelope: EventEnvelope, key: [UInt8]?, at now: WallTime) -> Result<PurgeMessage, Rejection> {
        var reader = DataReader(faults: envelope.faults)
        var message: PurgeMessage?
        if let name = envelope.attributes.type {
            if let type = PurgeType(name) {
                if let data = envelope.data { message = read(data, of: type, key: key, at: now, with: &reader) }
            } else {
                reader.note("type", "is not one of this topic's types", .unsupportedType)
            }
        }
        guard reader.faults.isEmpty, let message else { return .failure(Rejection(reader.faults)) }
        return .success(message)
    }

    private func read(
        _ data: JSONValue, of type: PurgeType, key: [UInt8]?, at now: WallTime, with reader: inout DataReader
    ) -> PurgeMessage? {
        guard data.kind == .object else {
            reader.note("data", "must be an object")
            return nil
        }
        let requestID = reader.requestID(data, key: key)
        switch type {
        case .requested:
            return reader.purgeRequest(data, requestID: requestID, rules: rules, at: now).map { .requested($0) }
        case .resolved:
            return reader.purgeResolution(data, requestID: requestID).map { .resolved($0) }
        }
    }

    private static func contentDigest(
        of envelope: EventEnvelope, key: [UInt8]?, _ content: Result<PurgeMessage, Rejection>
    ) -> String? {
        switch content {
        case .success(.requested(let request)): return request.contentDigest
        case .success(.resolved): return nil
        case .failure:
            var reader = DataReader()
            guard envelope.faults.isEmpty, envelope.attributes.type.flatMap({ PurgeType($0) }) == .requested,
                let data = envelope.data, data.kind == .object, reader.requestID(data, key: key) != nil
            else { return nil }
            return PurgeRequest.contentDigest(of: data)
        }
    }

    private static func requestID(of envelope: EventEnvelope, key: String?) -> String? {
        if let id = envelope.data?["requestId"]?.unicodeText, PurgeRequestID.problem(of: id) == nil { return id }
        return key?.isEmpty == false ? key : nil
    }
}
