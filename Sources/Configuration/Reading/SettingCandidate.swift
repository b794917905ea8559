/// A value that was given for a setting, before it is parsed.
struct SettingCandidate {
    var name: SettingName
    var source: ValueSource
    var input: SettingInput
}
