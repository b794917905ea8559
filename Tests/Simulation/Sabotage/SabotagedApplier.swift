import GenesysCloud
import Relay

/// An applier with a fault.
struct SabotagedApplier: Applying {
    let inner: any Applying
    let sabotage: Sabotage

    func ownershipChanged() { inner.ownershipChanged() }

    func apply(_ changes: [PendingChange], permit: WritePermit) async -> ApplyResult {
        switch sabotage {
        case .ignoresPermit:
            return await inner.apply(changes, permit: .always)
        case .overtakesParkedKey:
            let result = await inner.apply(changes, permit: permit)
            if case .fault = result.interruption, result.settled.count + 1 < changes.count {
                _ = await inner.apply([changes[result.settled.count + 1]], permit: permit)
            }
            return result
        default:
            return await inner.apply(changes, permit: permit)
        }
    }
}
