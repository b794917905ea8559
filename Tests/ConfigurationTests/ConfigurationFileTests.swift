import TestSupport
import Testing

@testable import Configuration

@Suite struct ConfigurationFileTests {
    @Test(arguments: [
        ("kafka:\n  grupId: x\n", "2:3: kafka.grupId is not a setting; did you mean kafka.groupId?"),
        ("groupId: x\n", "1:1: groupId is not a setting; did you mean kafka.groupId?"),
        ("kafak:\n  groupId: x\n", "1:1: kafak is not a setting; did you mean kafka?"),
        ("elephant: 1\n", "1:1: elephant is not a setting"),
        ("kafka.groupId: x\n", "1:1: kafka.groupId must be nested: kafka: { groupId: … }"),
        (
            "kafka: localhost\n",
            "1:8: kafka is a group of settings, not a single value: put its settings, such as kafka.groupId below it, indented"
        ),
        (
            "kafka:\n- groupId\n",
            "2:1: kafka is a group of settings, not a list: put its settings, such as kafka.groupId below it, indented"
        ),
        ("kafka:\n  groupId:\n    a: b\n", "3:5: kafka.groupId must be text, not a map"),
        ("pool:\n  maxInFlight: [1]\n", "2:16: pool.maxInFlight must be a whole number, not a list"),
        ("pool:\n  maxInFlight:\n", "2:3: pool.maxInFlight has no value; give one, or remove the line for the default"),
        ("kafka:\n  groupId: ~\n", "2:3: kafka.groupId has no value; give one, or remove the line for the default"),
        ("kafka:\n  groupId: a\n  groupId: b\n", "3:3: 'groupId' is given twice; the first is in line 2"),
        ("kafka:\n  groupId: &a x\n", "2:12: anchors are not supported; write the value out"),
        ("kafka:\n  groupId: *a\n", "2:12: aliases are not supported; write the value out"),
        ("kafka:\n  groupId: !!str x\n", "2:12: tags are not supported"),
        ("kafka:\n\tgroupId: x\n", "2:1: a tab in the indentation; YAML is indented with spaces"),
        ("kafka:\n  groupId: a\n \tservers: b\n", "3:2: a tab in the indentation; YAML is indented with spaces"),
        ("kafka:\n  groupId: a: b\n", "2:13: mapping values are not allowed in this context"),
        ("a: 1\n---\nb: 2\n", "2:1: a second document; one file holds one"),
        ("- a\n", "1:1: must be a map of settings, not a list"),
        ("? [a]\n: b\n", "1:3: a key must be plain text"),
        ("kafka:\n  servers: [a, [b]]\n", "2:12: kafka.servers must be a list of texts, none of them empty"),
        ("kafka:\n  properties: {a: [1]}\n", "2:15: kafka.properties must be a map of texts, not a list"),
    ])
    func faultsOfTheFileAreNamedWithTheirPlace(_ yaml: String, _ fault: String) throws {
        #expect(try Sample.faults(yaml: yaml) == ["relay.yaml:" + fault])
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "kafka:\n", "kafka: {}\n", "\u{FEFF}kafka: {}\n"])
    func aFileMaySayNothing(_ yaml: String) throws {
        #expect(try Sample.faults(yaml: yaml) == [])
    }

    @Test func bytesThatAreNotTextAreRefused() throws {
        let files = FixedFiles()
        files.replace("relay.yaml", with: [0x61, 0x3A, 0x20, 0xFF, 0xFE, 0x0A])
        let bytes = try files.contents(of: "relay.yaml", atMost: 100)
        let error = thrownError(YAMLError.self) { try YAMLDocument.parse(bytes) }
        #expect(error?.message.hasPrefix("not text in UTF-8") == true)
    }

    @Test func deepAndLargeFilesAreRefusedEarly() throws {
        for bomb in [
            String(repeating: "[", count: 500_000), String(repeating: "{a: ", count: 200_000),
            (0..<500).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        ] {
            let error = thrownError(YAMLError.self) { try YAMLDocument.parse(Array(bomb.utf8)) }
            #expect(error?.message == "nested deeper than 16 levels")
        }
        let large = [UInt8](repeating: 0x23, count: YAMLDocument.maximumSize + 1)
        #expect(throws: YAMLError.self) { try YAMLDocument.parse(large) }
    }

    @Test func anAliasBombIsRefusedAtItsFirstAnchor() {
        var bomb = "a: &a [x, x]\n"
        for (one, next) in zip("abcdefgh", "bcdefghi") {
            bomb += "\(next): &\(next) [*\(one), *\(one), *\(one), *\(one), *\(one)]\n"
        }
        let error = thrownError(YAMLError.self) { try YAMLDocument.parse(Array(bomb.utf8)) }
        #expect(
            error
                == YAMLError(
                    message: "anchors are not supported; write the value out", position: .init(line: 1, column: 4)))
    }

    @Test func truncatedAndDamagedFilesNeverTrap() {
        let whole = Array("kafka:\n  servers: [a, \"b\", 'c']\n  properties: {x: |\n    y\n}\npool: {wait: 5s}\n".utf8)
        for length in 0...whole.count {
            for byte: UInt8 in [0x00, 0x09, 0x22, 0x3A, 0x5B, 0x7D, 0x80, 0xFF] {
                _ = try? YAMLDocument.parse(Array(whole[..<length]) + [byte])
            }
        }
    }
}
