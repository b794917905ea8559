import CommandLineParsing
import Configuration
import GenesysCloud
import HTTPClient

extension GenesysSettings {
    /// The settings as the API client wants them; only for commands that require `GenesysSettings.required`.
    ///
    /// - Parameters:
    ///   - maxInFlight: The most requests at once.
    ///   - isAdaptive: Whether they are fewer while the API is saturated.
    /// - Throws: `CommandFailure` (78) where a key that every use of the API needs is missing.
    func clientSettings(
        maxInFlight: Int, isAdaptive: Bool
    ) throws(CommandFailure) -> GenesysCloud.GenesysSettings {
        guard let apiURL, let authURL, let clientID, let clientSecret else {
            throw CommandFailure(
                exitCode: .configuration, message: "\(Self.required.joined(separator: ", ")) are all needed")
        }
        let style: GenesysCloud.GenesysSettings.AuthStyle =
            switch authStyle {
            case .form: .form
            case .basic: .basic
            }
        let form: GenesysCloud.GenesysSettings.Form =
            switch apiForm {
            case .guide: .guide
            }
        return GenesysCloud.GenesysSettings(
            apiURL: apiURL, authURL: authURL, authStyle: style, apiForm: form, clientID: clientID,
            clientSecret: Secret(settings: clientSecret),
            scopes: scopes, requestsPerMinute: Double(requestsPerMinute), requestBurst: requestBurst,
            maxRetryAfter: maxRetryAfter, maxInFlight: maxInFlight, adaptsToLatency: isAdaptive,
            requestTimeout: requestTimeout, tokenRefreshMargin: tokenRefreshMargin)
    }
}
