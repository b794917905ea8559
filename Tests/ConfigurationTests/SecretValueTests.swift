import Configuration
import Testing

@Suite struct SecretValueTests {
    @Test func aSecretIsPrintedNowhere() throws {
        let files = FixedFiles(["secret": "hunter2\n"])
        for flags in [["--kafka-sasl-password", "hunter2"], ["--kafka-sasl-password-file", "secret"]] {
            let values = try Sample.read(flags, files: files)
            let secret = try #require(values[Sample.password])
            var dumped = ""
            dump(values, to: &dumped)
            dump(secret, to: &dumped)
            for text in ["\(secret)", "\(secret as Any)", String(reflecting: secret), "\(values)", dumped] {
                #expect(!text.contains("hunter2"))
                #expect(text.contains("redacted") || text == dumped)
            }
            #expect(try secret.read() == "hunter2")
        }
    }

    @Test func aFileIsReadAgainEachTime() throws {
        let files = FixedFiles(["secret": "old\n"])
        let values = try Sample.read(["--kafka-sasl-password-file=secret"], files: files)
        let secret = try #require(values[Sample.password])
        #expect(try secret.read() == "old")
        files.replace("secret", with: Array("new\r\n".utf8))
        #expect(try secret.read() == "new")
        files.replace("secret", with: Array("two\n\n".utf8))
        #expect(try secret.read() == "two\n")
        files.replace("secret", with: [])
        #expect(throws: UnusableSecret.self) { try secret.read() }
    }

    @Test func aFileThatIsOfNoUseIsRefusedAtStart() throws {
        let files = FixedFiles(["empty": "\n"])
        files.replace("bytes", with: [0xFF])
        let problems = [
            "empty": "empty is empty", "bytes": "bytes is not text in UTF-8",
            "gone": "cannot read gone: No such file or directory",
        ]
        for (path, problem) in problems {
            #expect(
                try Sample.faults(["--kafka-sasl-password-file", path], files: files) == [
                    "--kafka-sasl-password-file: kafka.sasl.passwordFile names a file that is of no use: \(problem)"
                ])
        }
    }

    @Test func secretAndFileBesideEachOtherAreRefusedButAHigherSourceGoesBefore() throws {
        let files = FixedFiles(["secret": "from-file"])
        let both = try Sample.faults(
            environment: ["RELAY_KAFKA_SASL_PASSWORD": "x", "RELAY_KAFKA_SASL_PASSWORD_FILE": "secret"], files: files)
        #expect(
            both == [
                "RELAY_KAFKA_SASL_PASSWORD_FILE: kafka.sasl.passwordFile is given beside kafka.sasl.password; give one of the two"
            ])
        let values = try Sample.read(
            environment: ["RELAY_KAFKA_SASL_PASSWORD_FILE": "secret"], yaml: "kafka: {sasl: {password: other}}",
            files: files)
        #expect(try values[Sample.password]?.read() == "from-file")
    }

    @Test func theSystemsFilesAreReadWithinTheirBound() throws {
        #expect(throws: FileError.self) { try SystemFiles().contents(of: "/nonexistent/file", atMost: 10) }
        #expect(throws: FileError.self) { try SystemFiles().contents(of: "/", atMost: 10) }
        #expect(throws: FileError.self) { try SystemFiles().contents(of: "/dev/zero", atMost: 10) }
        #expect(try SystemFiles().contents(of: "/dev/null", atMost: 10) == [])
    }
}
