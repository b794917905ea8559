import Configuration

extension RelaySettings {
    /// The reference page of all settings, in Markdown; `contact-relay.docc/Settings.md` is a copy of it.
    static var referencePage: String {
        SettingsReference(
            of: table,
            introduction: """
                # Settings

                Everything that can be configured, made by `contact-relay help settings`.

                A flag goes before an environment variable, that before the file named by `--config`, and that before \
                the default. In the file, a dot in a key is one level of YAML. A wrong value is refused at start, and \
                so is a key of the file that is not listed here; an unknown variable beginning with `RELAY_` is a \
                warning, and an empty one counts as not set.

                * Durations: a whole number and a unit, `500ms`, `30s`, `15m`, `24h`, `90d`.
                * Lists: `a,b,c`, or a YAML list in the file.
                * Properties: `a=b;c=d`, or a YAML map in the file; `\\;` is a semicolon within a value.
                * Secrets are never printed. Each can be read from a file by the name ending in `File`, which is read \
                again whenever the secret is needed again. A flag can be seen by other users of the machine: prefer \
                the file.
                """
        ).markdown
    }
}
