import GenesysCloud
import JSON
import Relay

/// What the API would refuse although the event is a valid one, as far as the event alone shows it.
///
/// An error is what it would surely refuse. Which types it knows, and what it takes for an address, is its own matter:
/// that is worth a warning.
struct ForeseenRefusals {
    private(set) var errors: [Rejection.Fault] = []
    private(set) var warnings: [Rejection.Fault] = []

    private let path: String

    private static let emailTypes = ["work", "personal", "home", "other"]
    private static let phoneTypes = ["work", "mobile", "home", "fax", "other"]

    init(of change: ResourceChange) {
        path = "data.\(change.resourceType.rawValue)"
        guard let patch = change.patch else { return }
        let isWhole = change.verb == .created
        switch change.resourceType {
        case .organization:
            if Self.isWithout("name", patch, isWhole) { errors.append(fault(".name", "must be a non-empty string")) }
        case .contact:
            if Self.isWithout("firstName", patch, isWhole), Self.isWithout("lastName", patch, isWhole) {
                errors.append(fault("", "must have firstName or lastName"))
            }
            checkList(patch, "emails", types: Self.emailTypes)
            checkList(patch, "phones", types: Self.phoneTypes)
        }
    }

    /// Whether the resource has no such member afterwards, for all that the patch tells.
    private static func isWithout(_ member: String, _ patch: JSONValue, _ isWhole: Bool) -> Bool {
        guard let value = patch[member] else { return isWhole }
        return value.stringValue?.isEmpty ?? true
    }

    private mutating func checkList(_ patch: JSONValue, _ list: String, types: [String]) {
        var hasPrimary = false
        for (index, entry) in (patch[list]?.elements ?? []).enumerated() {
            let place = ".\(list)[\(index)]"
            if let type = entry["type"]?.stringValue, !types.contains(type) {
                warnings.append(fault("\(place).type", "is not one of \(types.joined(separator: ", "))"))
            }
            if let email = entry["email"]?.stringValue, list == "emails", !email.utf8.contains(UInt8(ascii: "@")) {
                warnings.append(fault("\(place).email", "does not look like an e-mail address"))
            }
            guard entry["primary"]?.boolValue == true else { continue }
            if hasPrimary { errors.append(fault("\(place).primary", "is true for more than one entry")) }
            hasPrimary = true
        }
    }

    private func fault(_ member: String, _ problem: String) -> Rejection.Fault {
        Rejection.Fault(.invalidData, at: path + member, problem)
    }
}
