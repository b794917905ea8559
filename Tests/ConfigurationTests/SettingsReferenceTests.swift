import Configuration
import Testing

@Suite struct SettingsReferenceTests {
    @Test func everySettingIsThereWithItsNames() {
        let page = SettingsReference(of: Sample.table, introduction: "# Settings").markdown
        for setting in Sample.table.settings {
            #expect(page.contains("### `\(setting.key)`\n\n\(setting.doc)\n"))
        }
        #expect(
            page.contains(
                """
                ### `kafka.sasl.password`

                The password.

                * Type: secret
                * Default: none
                * `--kafka-sasl-password`, `RELAY_KAFKA_SASL_PASSWORD`
                * From a file: `kafka.sasl.passwordFile`, `--kafka-sasl-password-file`, `RELAY_KAFKA_SASL_PASSWORD_FILE`

                """))
        #expect(page.contains("* Type: duration, 10ms or more\n* Default: `30s`\n"))
        #expect(page.contains("* `--pool-marks`, `--no-pool-marks`, `RELAY_POOL_MARKS`"))
    }
}
