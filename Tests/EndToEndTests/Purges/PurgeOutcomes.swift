import JSON
import KafkaClient

/// What the topic of the outcomes says, by the place of the record that each is of.
struct PurgeOutcomes {
    struct Outcome {
        var id: String
        var status: String
        var reason: String?
        var purgeID: String?
        var recordsPurged: Int64?

        var isFinal: Bool { ["completed", "failed", "rejected", "applied"].contains(status) }
        var isHeld: Bool { status == "deferred" && reason == "uncertainSubmission" }
    }

    /// By `<partition>/<offset>`, each in the order of the log.
    private(set) var byPlace: [String: [Outcome]] = [:]
    private(set) var ids: [String] = []

    init(_ records: [KafkaRecord]) throws {
        for record in records {
            let event = try JSONValue(parsing: record.value ?? [])
            guard let id = event["id"]?.stringValue, let data = event["data"],
                let partition = data["record"]?["partition"]?.intValue, let offset = data["record"]?["offset"]?.intValue
            else { throw RelayProcess.Failure(description: "no outcome: \(event.text)") }
            ids.append(id)
            byPlace["\(partition)/\(offset)", default: []].append(
                Outcome(
                    id: id, status: data["status"]?.stringValue ?? "", reason: data["reason"]?["code"]?.stringValue,
                    purgeID: data["purgeId"]?.stringValue, recordsPurged: data["recordsPurged"]?.intValue))
        }
    }

    subscript(_ place: ProducedRecord) -> [Outcome] { byPlace["\(place.partition.partition)/\(place.offset)"] ?? [] }

    /// All of that status.
    func count(_ status: String) -> Int { byPlace.values.reduce(0) { $0 + $1.count { $0.status == status } } }
}
