import CommandLineParsing
import KafkaClient
import Relay
import Testing

@testable import RelayCommand

@Suite(.timeLimit(.minutes(1))) struct AuditPurgesCommandTests {
    @Test func aFileThatIsIntactIsShown() async {
        let chain = WrittenChain.example()
        let file = TemporaryFile(chain.lines)
        let console = CapturedConsole()
        #expect(await console.run("audit", "purges", "--file", file.path, "--request", "b") == .success)
        #expect(
            console.output == """
                2026-11-22T11:00:00.000Z  PURGE_RECEIVED           b
                2026-11-22T13:00:00.000Z  PURGE_REJECTED           b  invalidData

                \(file.path): sequence 1 to 4, last hash \(chain.head?.hash ?? "")
                the chain is intact; 4 records checked, 2 shown

                """)
        #expect(console.error == "")
    }

    @Test func aFaultOfAFileIsNamedByItsLine() async {
        var chain = WrittenChain.example()
        chain.records.swapAt(1, 2)
        let file = TemporaryFile(chain.lines)
        let console = CapturedConsole()
        #expect(await console.run("audit", "purges", "--file", file.path, "--json") == .dataError)
        #expect(console.error == "fault: \(file.path) line 2 sequence 3: is out of order: it belongs elsewhere\n")
        #expect(console.output.contains(#""faults":[{"chain":"\#(file.path)","line":2,"sequence":3,"#))
    }

    @Test func aChangedRecordIsMarkedInTheHistory() async {
        let file = TemporaryFile(WrittenChain.example().lines.split(separator: "T13:00").joined(separator: "T13:01"))
        let console = CapturedConsole()
        #expect(await console.run("audit", "purges", "--file", file.path) == .dataError)
        #expect(console.output.contains("2026-11-22T13:01:00.000Z  PURGE_REJECTED           b  invalidData  CHANGED\n"))
    }

    @Test func aTornLineIsANote() async {
        let lines = WrittenChain.example().lines
        let file = TemporaryFile(String(lines.dropLast(20)))
        let console = CapturedConsole()
        #expect(await console.run("audit", "purges", "--file", file.path) == .success)
        #expect(
            console.error
                == "note: \(file.path) line 4 ends within a record, as after a crash, and counts for nothing\n")
    }

    @Test func whatIsWrittenToATerminalCannotSteerIt() async {
        var chain = WrittenChain()
        chain.add("a\u{1B}[2J", .received, at: "2026-11-22T10:00:00Z")
        let file = TemporaryFile(chain.lines)
        let console = CapturedConsole()
        #expect(await console.run("audit", "purges", "--file", file.path) == .success)
        #expect(!console.output.contains("\u{1B}"))
    }

    @Test func aFileThatIsNotThereIsNotReachable() async {
        let console = CapturedConsole()
        #expect(await console.run("audit", "purges", "--file", "/nonexistent/audit.log") == .unavailable)
        #expect(console.error == "error: cannot read /nonexistent/audit.log: No such file or directory\n")
    }

    @Test func aWrongCommandLineIsRefused() async {
        for (words, problem) in [
            (["--from", "yesterday"], "must be a time such as 2026-11-22T22:00:00Z"),
            (["--request", ""], "must not be empty"),
        ] {
            let console = CapturedConsole()
            #expect(await Program.run(["audit", "purges"] + words, in: console.context()) == .usage)
            #expect(console.error.contains(problem))
        }
        #expect(await CapturedConsole().run("audit") == .usage)
    }

    @Test func theTopicOfAClusterIsCheckedAgainstItsLedger() async throws {
        let cluster = try EmbeddedCluster()
        try await cluster.createTopic("purge-audit", partitions: 2)
        try await cluster.createTopic("purge-jobs", partitions: 2)
        var chain = WrittenChain.example(1)
        let ledger = try #require(chain.ledgerRecord)
        let producer = try KafkaProducer(settings: KafkaClientSettings(bootstrapServers: cluster.bootstrapServers))
        func produce(_ records: [KafkaRecord]) async {
            _ = await producer.produce(
                records.map {
                    ProducerRecord(
                        topic: $0.partition.topic, partition: $0.partition.partition, key: $0.key, value: $0.value)
                })
        }
        let words = ["audit", "purges", "--kafka-bootstrap-servers", cluster.bootstrapServers, "--request", "a"]
        await produce(chain.records + [ledger])
        let console = CapturedConsole()
        #expect(await Program.run(words, in: console.context()) == .success)
        #expect(console.output.hasSuffix("the chain is intact; 4 records checked, 2 shown\n"))
        #expect(console.error == "")

        chain.add("forged", .received, at: "2026-11-22T14:00:00Z")
        await produce([chain.records[4]])
        let later = CapturedConsole()
        #expect(await Program.run(words, in: later.context()) == .dataError)
        #expect(later.error.hasPrefix("fault: purge-audit/1 offset 4 sequence 5: goes too far"))

        let other = CapturedConsole()
        #expect(await Program.run(words + ["--topics-purge-jobs", "none"], in: other.context()) == .success)
        #expect(
            other.error
                == "note: the topic none does not exist: whether the chain has its end is not known\n")
        let missing = CapturedConsole()
        #expect(await Program.run(words + ["--topics-purge-audit", "none"], in: missing.context()) == .unavailable)
        #expect(missing.error == "error: the topic none does not exist\n")
        await producer.close()
        await cluster.close()
    }
}
