import GenesysCloud
import Relay

extension Applying {
    /// Applies as the only replica there is.
    func apply(_ changes: [PendingChange]) async -> ApplyResult {
        await apply(changes, permit: .always)
    }
}
