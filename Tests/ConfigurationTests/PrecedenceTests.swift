import CommandLineParsing
import Configuration
import TestSupport
import Testing

@Suite struct PrecedenceTests {
    private let yaml = "kafka:\n  groupId: from-file\n"
    private let environment = ["RELAY_KAFKA_GROUP_ID": "from-environment"]
    private let flags = ["--kafka-group-id", "from-flag"]

    @Test func aFlagGoesBeforeTheEnvironmentThatBeforeTheFileThatBeforeTheDefault() throws {
        let all = try Sample.read(flags, environment: environment, yaml: yaml)
        #expect(all[Sample.groupID] == "from-flag")
        #expect(all.source(of: Sample.groupID) == .flag("kafka-group-id"))
        let two = try Sample.read(environment: environment, yaml: yaml)
        #expect(two[Sample.groupID] == "from-environment")
        #expect(two.source(of: Sample.groupID) == .environment("RELAY_KAFKA_GROUP_ID"))
        let one = try Sample.read(yaml: yaml)
        #expect(one[Sample.groupID] == "from-file")
        #expect(one.source(of: Sample.groupID) == .file("relay.yaml", FilePosition(line: 2, column: 12)))
        let none = try Sample.read()
        #expect(none[Sample.groupID] == "relay")
        #expect(none.source(of: Sample.groupID) == .defaultValue)
    }

    @Test func anEmptyVariableCountsAsNotSet() throws {
        let values = try Sample.read(environment: ["RELAY_KAFKA_GROUP_ID": ""], yaml: yaml)
        #expect(values[Sample.groupID] == "from-file")
    }

    @Test func aWrongValueIsRefusedAlsoWhereAnotherGoesBeforeIt() throws {
        let faults = try Sample.faults(
            ["--pool-max-in-flight=5"], environment: ["RELAY_POOL_MAX_IN_FLIGHT": "many"])
        #expect(faults == ["RELAY_POOL_MAX_IN_FLIGHT: pool.maxInFlight must be a whole number, not 'many'"])
    }

    @Test func allFaultsAreReportedTogether() throws {
        let faults = try Sample.faults(
            ["--pool-wait", "5"], environment: ["RELAY_ADMIN_PORT": "70000"],
            yaml: "kafka:\n  grupId: x\npool:\n  marks: yes\n", required: ["api.baseUrl"])
        #expect(
            Set(faults) == [
                "relay.yaml:2:3: kafka.grupId is not a setting; did you mean kafka.groupId?",
                "api.baseUrl is required: give --api-base-url, RELAY_API_BASE_URL or api.baseUrl in the file of --config",
                "RELAY_ADMIN_PORT: admin.port must be 0 to 65535, not 70000",
                "relay.yaml:4:10: pool.marks must be true or false, not 'yes'",
                "--pool-wait: pool.wait needs a unit: 5ms, 5s, 5m, 5h or 5d",
            ])
        #expect(faults.count == 5)
    }

    @Test func unknownVariablesAreWarnedOfUnlessTheyAreTheTests() throws {
        let values = try Sample.read(environment: [
            "RELAY_KAFKA_GRUOP_ID": "x", "RELAY_TEST_BOOTSTRAP_SERVERS": "x", "PATH": "x",
        ])
        #expect(
            values.warnings.map(\.description) == [
                "RELAY_KAFKA_GRUOP_ID: belongs to no setting; did you mean RELAY_KAFKA_GROUP_ID?"
            ])
    }

    @Test func aRequiredSettingMayComeFromAnywhere() throws {
        let required = ["api.baseUrl", "kafka.sasl.password"]
        let files = FixedFiles(["secret": "s\n"])
        #expect(
            try Sample.faults(
                environment: ["RELAY_KAFKA_SASL_PASSWORD_FILE": "secret"], yaml: "api: {baseUrl: http://h}",
                files: files, required: required) == [])
        #expect(try Sample.faults(required: required).count == 2)
    }

    @Test func aMissingFileIsAFault() throws {
        let reader = ConfigurationReader(table: Sample.table, files: FixedFiles())
        let error = thrownError(ConfigurationError.self) {
            try reader.read(
                arguments: try ArgumentParser(Sample.program).parse([]), environment: [:], file: "gone.yaml")
        }
        #expect(error?.description == "--config: cannot read gone.yaml: No such file or directory")
    }
}
