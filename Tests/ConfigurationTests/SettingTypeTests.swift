import CommandLineParsing
import Configuration
import Testing

@Suite struct SettingTypeTests {
    @Test(arguments: [
        ("kafka-group-id", "", "must not be empty"),
        ("kafka-group-id", "a\nb", "must not hold line breaks or other control characters"),
        ("pool-max-in-flight", "0", "must be 1 or more, not 0"),
        ("pool-max-in-flight", "-3", "must be 1 or more, not -3"),
        ("pool-max-in-flight", "1.0", "must be a whole number, not '1.0'"),
        ("pool-max-in-flight", "0x10", "must be a whole number, not '0x10'"),
        ("pool-max-in-flight", "", "must be a whole number, not ''"),
        ("pool-max-in-flight", "99999999999999999999", "is greater than 9223372036854775807"),
        ("admin-port", "65536", "must be 0 to 65535, not 65536"),
        ("pool-wait", "9ms", "must be 10ms or more, not 9ms"),
        ("pool-wait", "30", "needs a unit: 30ms, 30s, 30m, 30h or 30d"),
        ("pool-wait", "1.5s", "must be a duration such as 500ms, 30s, 15m, 24h or 90d, not '1.5s'"),
        ("pool-colour", "rde", "must be one of red, DARK-BLUE, not 'rde'; did you mean red?"),
        ("kafka-servers", "a,,b", "has an empty element; write a,b,c"),
        ("kafka-servers", "", "must name at least 1"),
        ("kafka-properties", "a", "must be written name=value;name=value"),
        ("kafka-properties", "=b", "must be written name=value;name=value"),
        ("kafka-properties", "a=1;a=2", "gives 'a' twice"),
        ("api-base-url", "ftp://host", "must begin with https:// or http://"),
        ("api-base-url", "https://", "has no host"),
        ("api-base-url", "https://:8080", "has no host"),
        ("api-base-url", "https://host:0", "has no valid port; it must be 1 to 65535"),
        ("api-base-url", "https://host:x", "has no valid port; it must be 1 to 65535"),
        ("api-base-url", "https://u:p@host", "must not hold a user name or a password"),
        ("api-base-url", "https://host/?q=1", "must have no query and no fragment"),
        ("api-base-url", "https://ho st", "must be a URL without spaces and in ASCII"),
        ("api-base-url", "https://[::1", "has no valid host"),
        ("kafka-sasl-password", "", "must not be empty"),
    ])
    func wrongValuesAreRefusedWithWhatWouldBeRight(_ flag: String, _ text: String, _ problem: String) throws {
        let faults = try Sample.faults(["--\(flag)=\(text)"])
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("--\(flag): ") == true)
        #expect(faults.first?.hasSuffix(" \(problem)") == true, "\(faults)")
    }

    @Test func rightValuesAreReadFromText() throws {
        let values = try Sample.read([
            "--pool-max-in-flight=9223372036854775807", "--pool-wait=90d", "--no-pool-marks", "--pool-colour=Dark-Blue",
            "--kafka-servers= a:1 , b:2", "--kafka-properties=a=b=c; d = e f;g=\\;;h=",
            "--api-base-url=https://[::1]:8080/base//",
            "--pool-dependencies=conversation=interaction,media;user=session",
        ])
        #expect(values[Sample.count] == .max)
        #expect(values[Sample.wait] == .seconds(90 * 86_400))
        #expect(values[Sample.marks] == false)
        #expect(values[Sample.colour] == .darkBlue)
        #expect(values[Sample.servers] == ["a:1", "b:2"])
        #expect(
            values[Sample.properties].entries.map { [$0.name, $0.value] } == [
                ["a", "b=c"], ["d", "e f"], ["g", ";"], ["h", ""],
            ])
        #expect(values[Sample.apiURL] == "https://[::1]:8080/base")
        #expect(
            values[Sample.map]
                == ListMap([
                    .init(name: "conversation", list: ["interaction", "media"]), .init(name: "user", list: ["session"]),
                ]))
    }

    @Test func rightValuesAreReadFromTheFile() throws {
        let values = try Sample.read(
            yaml: """
                # a comment
                kafka:
                  servers: [a:1, "b:2"]
                  properties:
                    fetch.min.bytes: 1
                    note: "x; y"
                  sasl:
                pool:
                  maxInFlight: "7"
                  marks: false
                  wait: 500ms
                  colour: red
                  dependencies:
                    conversation: [interaction, media]
                    user: session
                """)
        #expect(values[Sample.servers] == ["a:1", "b:2"])
        #expect(
            values[Sample.properties].entries.map { [$0.name, $0.value] } == [
                ["fetch.min.bytes", "1"], ["note", "x; y"],
            ])
        #expect(values[Sample.count] == 7)
        #expect(values[Sample.marks] == false)
        #expect(values[Sample.wait] == .milliseconds(500))
        #expect(
            values[Sample.map]
                == ListMap([
                    .init(name: "conversation", list: ["interaction", "media"]), .init(name: "user", list: ["session"]),
                ]))
    }

    @Test func aSettingThatIsLeftOutIsAbsent() throws {
        let values = try Sample.read()
        #expect(values[Sample.apiURL] == nil)
        #expect(values[Sample.password] == nil)
    }

    @Test func theNamesOfFlagsAndVariablesComeFromTheKey() {
        let flags = Sample.table.groups.flatMap(\.options.options).map(\.name)
        #expect(flags.contains("kafka-group-id"))
        #expect(flags.contains("kafka-sasl-password-file"))
        #expect(flags.contains("api-base-url"))
        #expect(!flags.contains("kafka-group-id-file"))
    }
}
