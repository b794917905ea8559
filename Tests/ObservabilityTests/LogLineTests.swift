import Glibc
import Seams
import TestSupport
import Testing

@testable import Observability

private let tenOClock = WallTime(rfc3339: "2026-11-26T10:00:00Z")!

@Suite struct LogLineTests {
    private func text(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata = [:]) -> String {
        TextLogHandler.line(time: tenOClock, level: level, message: message, metadata: metadata)
    }

    private func json(_ message: String, _ metadata: Logger.Metadata = [:]) -> String {
        JSONLogHandler.line(time: tenOClock, level: .info, message: message, metadata: metadata)
    }

    @Test func aLineForPeopleHasTimeLevelComponentMessageAndSortedMetadata() {
        #expect(
            text(.info, "assigned", ["component": "consumer", "topic": "a", "partition": "3"])
                == "2026-11-26T10:00:00.000Z info  consumer: assigned partition=3 topic=a")
        #expect(text(.warning, "odd") == "2026-11-26T10:00:00.000Z warning odd")
    }

    @Test(arguments: [
        ("plain-1.2/3", "plain-1.2/3"), ("", "\"\""), ("two words", "\"two words\""), ("a=b", "\"a=b\""),
        ("say \"hi\"", "\"say \\\"hi\\\"\""), ("back\\slash", "\"back\\\\slash\""), ("line\nbreak", "\"line\\nbreak\""),
        ("\u{1B}[31m", "\"\\u{1b}[31m\""), ("\u{202E}abc", "\"\\u{202e}abc\""), ("\u{2028}", "\"\\u{2028}\""),
        ("\u{85}", "\"\\u{85}\""), ("Zoë", "Zoë"),
    ])
    func valuesAreQuotedWhereTheyWouldBeAmbiguous(_ value: String, _ written: String) {
        #expect(text(.info, "m", ["k": value]) == "2026-11-26T10:00:00.000Z info  m k=\(written)")
    }

    @Test func aMessageCannotBeginALineOfItsOwn() {
        let line = text(.error, "a\n2026-11-26T10:00:00.000Z info  forged\r", ["k\n": "v"])
        #expect(!line.contains("\n") && !line.contains("\r"))
    }

    @Test func aLineForMachinesIsOneObject() {
        #expect(
            json("assigned", ["topic": "a", "partition": "3"])
                == #"{"time":"2026-11-26T10:00:00.000Z","level":"info","message":"assigned","partition":"3","topic":"a"}"#
        )
        #expect(
            json("\"\\\n\t\u{0}\u{7F}\u{2028}é")
                == #"{"time":"2026-11-26T10:00:00.000Z","level":"info","message":"\"\\\n\t\u0000\u007f\u2028é"}"#)
    }

    @Test func metadataNeverHidesAMemberOfTheLine() {
        #expect(
            json("m", ["message": "1", "message_": "2", "level": "3"])
                == #"{"time":"2026-11-26T10:00:00.000Z","level":"info","message":"m","level_":"3","message__":"1","message_":"2"}"#
        )
    }

    @Test func handlersWriteWholeLinesToTheirDescriptor() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let time = ManualTime(wallOrigin: tenOClock)
        let logger = Logger(level: .info, handler: TextLogHandler(time: time, descriptor: ends[1]))
        logger.debug("not written")
        logger.with(["component": "pool"]).info("written", ["n": "1"])
        Logger(handler: JSONLogHandler(time: time, descriptor: ends[1])).error("bad")
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(ends[0], &bytes, bytes.count)
        close(ends[0])
        #expect(
            String(decoding: bytes[..<count], as: UTF8.self) == """
                2026-11-26T10:00:00.000Z info  pool: written n=1
                {"time":"2026-11-26T10:00:00.000Z","level":"error","message":"bad"}

                """)
    }

    @Test func aDescriptorThatTakesNothingStopsNobody() {
        Logger(handler: TextLogHandler(time: ManualTime(), descriptor: -1)).error("lost")
        let full = open("/dev/full", O_WRONLY)
        Logger(handler: TextLogHandler(time: ManualTime(), descriptor: full)).error("lost")
        close(full)
    }
}
