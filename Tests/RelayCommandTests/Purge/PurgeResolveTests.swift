import CommandLineParsing
import JSON
import KafkaClient
import Relay
import Seams
import Synchronization
import TestSupport
import Testing

@testable import RelayCommand

/// What a reader's thread hands over.
private final class ReadRecords: Sendable {
    private let kept = Mutex<[KafkaRecord]>([])

    var all: [KafkaRecord] { kept.withLock { $0 } }

    func take(_ records: [KafkaRecord]) { kept.withLock { $0 += records } }
}

@Suite(.timeLimit(.minutes(1))) struct PurgeResolveTests {
    private func event(_ words: String..., environment: [String: String] = ["LOGNAME": "jo"]) throws -> ResolutionEvent
    {
        let arguments = try ArgumentParser(PurgeResolveCommand.declaration).parse(["pr-1"] + words)
        return try PurgeResolveCommand.event(arguments, environment: environment)
    }

    @Test func oneDecisionMustBeGiven() throws {
        #expect(try event("--submitted", "p-1").decision == .submitted(purgeID: "p-1"))
        #expect(try event("--resubmit").decision == .resubmit)
        #expect(try event("--abandon").decision == .abandon)
        for words in [[], ["--resubmit", "--abandon"], ["--submitted=p-1", "--resubmit"]] {
            let error = thrownError(UsageError.self) {
                let arguments = try ArgumentParser(PurgeResolveCommand.declaration).parse(["pr-1"] + words)
                _ = try PurgeResolveCommand.event(arguments, environment: ["LOGNAME": "jo"])
            }
            #expect(error?.message == "one of --submitted, --resubmit and --abandon must be given")
            #expect(error?.path == ["contact-relay", "purge", "resolve"])
        }
    }

    @Test func whoDecidesIsTheUserUnlessOneIsNamed() throws {
        #expect(try event("--abandon", "--operator", "dpo").operatorName == "dpo")
        #expect(try event("--abandon", environment: ["LOGNAME": "jo", "USER": "root"]).operatorName == "jo")
        #expect(try event("--abandon", environment: ["LOGNAME": "", "USER": "root"]).operatorName == "root")
        let error = thrownError(UsageError.self) { _ = try event("--abandon", environment: [:]) }
        #expect(error?.message == "your login name is not known; --operator must be given")
    }

    @Test func theEventGoesToTheRequestsPartitionUnderItsKey() throws {
        let table = purgeTable(("pr-1", ledgerValue("pr-1")))
        let job = try ResolutionEvent.heldJob("pr-1", in: table, ledger: "purge-jobs")
        let record = try event("--submitted", "p-1").record(
            about: job, topic: "purge-requests", id: "abc", at: WallTime(milliseconds: 0))
        #expect(record.topic == "purge-requests")
        #expect(record.partition == 1)
        #expect(record.key == Array("pr-1".utf8))
        #expect(record.headers == [KafkaHeader("content-type", "application/cloudevents+json")])
        #expect(
            String(decoding: record.value ?? [], as: UTF8.self)
                == #"{"specversion":"1.0","id":"abc","source":"/contact-relay/cli","type":"purge.resolved","#
                + #""subject":"pr-1","time":"1970-01-01T00:00:00.000Z","datacontenttype":"application/json","#
                + #""data":{"requestId":"pr-1","resolution":"submitted","purgeId":"p-1","operator":"jo"}}"#)
    }

    @Test func onlyASubmissionNamesAPurge() throws {
        let table = purgeTable(("pr-1", ledgerValue("pr-1")))
        let job = try ResolutionEvent.heldJob("pr-1", in: table, ledger: "purge-jobs")
        for word in ["resubmit", "abandon"] {
            let value = try event("--\(word)").record(
                about: job, topic: "t", id: "abc", at: WallTime(milliseconds: 0)
            ).value
            let data = try JSONValue(parsing: value ?? [])["data"]
            #expect(data?["resolution"]?.stringValue == word)
            #expect(data?["purgeId"] == nil)
        }
    }

    /// The worker reads what was said.
    @Test(arguments: [["--submitted", "p-1"], ["--resubmit"], ["--abandon"]])
    func theWorkerUnderstandsTheEvent(_ words: [String]) throws {
        let table = purgeTable(("pr-1", ledgerValue("pr-1")))
        let job = try ResolutionEvent.heldJob("pr-1", in: table, ledger: "purge-jobs")
        let arguments = try ArgumentParser(PurgeResolveCommand.declaration).parse(["pr-1"] + words)
        let event = try PurgeResolveCommand.event(arguments, environment: ["USER": "jo"])
        let record = event.record(about: job, topic: "t", id: "abc", at: WallTime(milliseconds: 0))
        let rules = PurgeRules(
            resourceTypes: ["user"], minWindow: .zero, webhooks: WebhookPolicy(defaultURL: nil, allowedHosts: []))
        let decoded = PurgeDecoder(rules: rules).decode(
            KafkaRecord(
                partition: TopicPartition("t", 1), offset: 0, key: record.key, value: record.value,
                headers: record.headers),
            at: WallTime(milliseconds: 0))
        let expected = PurgeResolution(requestID: "pr-1", decision: event.decision, operatorName: "jo")
        #expect(try decoded.content.get() == .resolved(expected))
    }

    @Test func whatIsNotHeldIsNotDecidedAbout() {
        let table = purgeTable(("pr-1", ledgerValue("pr-1", phase: "following", status: "running")))
        func failure(_ id: String) -> CommandFailure? {
            thrownError(CommandFailure.self) {
                _ = try ResolutionEvent.heldJob(id, in: table, ledger: "purge-jobs")
            }
        }
        #expect(failure("pr-1")?.exitCode == .dataError)
        #expect(failure("pr-1")?.message == "the purge 'pr-1' is not held: it is running")
        #expect(failure("pr-2")?.exitCode == .dataError)
        #expect(failure("pr-2")?.message == "purge-jobs has no purge 'pr-2'")
    }

    @Test func idsHave128RandomBits() {
        struct Small: RandomSource {
            func next() -> UInt64 { 0xAB }
        }
        #expect(ResolutionEvent.newID(Small()) == "00000000000000ab00000000000000ab")
    }

    @Test func theWordReachesTheCluster() async throws {
        let cluster = try EmbeddedCluster()
        try await cluster.createTopic("purge-jobs", partitions: 2)
        try await cluster.createTopic("purge-requests", partitions: 2)
        let settings = try KafkaClientSettings(bootstrapServers: cluster.bootstrapServers)
        let producer = try KafkaProducer(settings: settings)
        let job = ProducerRecord(
            topic: "purge-jobs", partition: 1, key: Array("pr-1".utf8), value: ledgerValue("pr-1"))
        #expect(await producer.produce([job]).allSatisfy { (try? $0.get()) != nil })
        await producer.close()
        let console = CapturedConsole()
        let servers = ["--kafka-bootstrap-servers", cluster.bootstrapServers]
        let listed = await Program.run(["purge", "list"] + servers, in: console.context())
        #expect(listed == .success)
        #expect(console.output.contains("pr-1     held"))
        let code = await Program.run(
            ["purge", "resolve", "pr-1", "--abandon", "--operator", "dpo"] + servers, in: console.context())
        #expect(code == .success)
        #expect(
            console.error.hasSuffix("purge-requests: told to give it up; the worker answers on purge-outcomes\n"))
        let reader = try KafkaStateReader(settings: settings)
        let read = ReadRecords()
        try await reader.read(TopicPartition("purge-requests", 1)) { read.take($0) }
        await reader.close()
        let values = read.all.map { $0.value ?? [] }
        #expect(values.count == 1)
        let data = try JSONValue(parsing: values.first ?? [])["data"]
        #expect(data?["resolution"]?.stringValue == "abandon")
        #expect(data?["operator"]?.stringValue == "dpo")
        await cluster.close()
    }
}
