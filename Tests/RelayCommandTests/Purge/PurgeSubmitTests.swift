import CommandLineParsing
import KafkaClient
import TestSupport
import Testing

@testable import RelayCommand

@Suite(.timeLimit(.minutes(1))) struct PurgeSubmitTests {
    private func submit(_ text: String, _ options: String..., to servers: String = "127.0.0.1:1") async -> (
        code: ExitCode, output: String, error: String, path: String
    ) {
        let file = TemporaryFile(text)
        let console = CapturedConsole()
        let code = await Program.run(
            ["purge", "submit", "--kafka-bootstrap-servers", servers] + options + [file.path],
            in: console.context())
        return (code, console.output, console.error, file.path)
    }

    @Test(arguments: [
        upsert("a"), softDeleted("m-1"),
        event("purge.resolved", #"{"requestId":"pr-1","resolution":"abandon"}"#),
        // Only its type is spoken of: what else is wrong with it is another command's matter.
        event("contact.upserted", "7"), event("purge", "{}"),
    ])
    func otherEventsAreWrongAndNothingIsProduced(_ line: String) async {
        // No broker is there: it is not even looked for.
        let result = await submit(purge("pr-1") + "\n" + line)
        #expect(result.code == .dataError)
        #expect(result.output == "\(result.path):2: type: must be purge.requested here\n")
        #expect(result.error == "2 events checked: 1 is wrong; nothing was produced\n")
    }

    @Test func allThatIsWrongWithARequestIsSaid() async {
        let result = await submit(
            event("com.acme.purge.requested", #"{"requestId":"pr-1","resourceType":"robot","filters":{}}"#))
        #expect(result.code == .dataError)
        for member in ["data.resourceType", "data.purgeReason", "data.filters"] {
            #expect(result.output.contains(":1: \(member): "), "\(result.output)")
        }
    }

    @Test func theSettingsSayWhatIsGood() async {
        let result = await submit(
            purge("pr-1", #","webhookUrl":"https://hooks.example/""#), "--purge-resource-types", "skill")
        #expect(result.output.contains("data.resourceType"))
        #expect(result.output.contains("data.webhookUrl"))
        let allowed = await submit(
            purge("pr-1", #","webhookUrl":"https://hooks.example/""#), "--purge-resource-types", "skill",
            "--purge-webhook-allowed-hosts", "hooks.example")
        #expect(!allowed.output.contains("data.webhookUrl"))
    }

    @Test func whatIsNoEventKeepsItsPlace() async {
        let result = await submit("hello")
        #expect(result.output == "\(result.path):1:1: not JSON: a value is expected (byte 0)\n")
    }

    @Test func requestsReachTheCluster() async throws {
        let cluster = try EmbeddedCluster()
        try await cluster.createTopic("purge-requests", partitions: 2)
        let result = await submit(purge("pr-1") + "\n" + purge("pr-2"), to: cluster.bootstrapServers)
        #expect(result.code == .success)
        #expect(result.error == "purge-requests: 2 events produced\n")
        await cluster.close()
    }
}
