import CommandLineParsing
import Testing

@Suite struct DurationArgumentTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("15m", .seconds(900)),
        ("24h", .seconds(86_400)), ("90d", .seconds(90 * 86_400)), ("0s", .zero),
    ])
    func durationsAreReadAndWrittenBack(_ text: String, _ duration: Duration) {
        #expect(Duration(argument: text) == duration)
        #expect(Duration(argument: duration.argumentText) == duration)
    }

    @Test(arguments: [
        "", "30", "s", "-1s", "+1s", "1.5s", "1 s", "1S", "1w", "1s1m", "٣s", "99999999999999999999s",
        "106751991168d",
    ])
    func everythingElseIsRefused(_ text: String) {
        #expect(Duration(argument: text) == nil)
    }

    @Test func theGreatestWholeUnitIsWritten() {
        #expect(Duration.seconds(90).argumentText == "90s")
        #expect(Duration.seconds(120).argumentText == "2m")
        #expect(Duration.seconds(172_800).argumentText == "2d")
        #expect(Duration.milliseconds(1500).argumentText == "1500ms")
    }
}
