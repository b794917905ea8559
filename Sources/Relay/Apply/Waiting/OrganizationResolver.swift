import GenesysCloud
import JSON

/// Turns an event's word for an organization into a Genesys id.
struct OrganizationResolver: Sendable {
    let memory: ResourceMemory
    let watch: OrganizationWatch

    /// The Genesys id, from memory where it is known.
    ///
    /// - Throws: `ApplyFault.organizationMissing` where no organization has the external id.
    func id(
        of reference: ResourceChange.OrganizationReference, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> String {
        switch reference {
        case .id(let id):
            return id
        case .externalID(let externalID):
            if let id = memory.id(.organization, externalID: externalID) { return id }
            guard !watch.isMissing(externalID) else { throw .organizationMissing(externalID) }
            return try await lookUp(externalID, through: &calls)
        }
    }

    /// The Genesys id as the API says it now; used when a write made the remembered one doubtful.
    ///
    /// - Throws: `ApplyFault.organizationMissing` where there is none with the external id, or `rejected` with
    ///   `organizationNotFound` where there is none with the Genesys id.
    func freshID(
        of reference: ResourceChange.OrganizationReference, through calls: inout TalliedAPI
    ) async throws(ApplyFault) -> String {
        switch reference {
        case .id(let id):
            guard try await calls.get(.organization, id: id) != nil else {
                throw .rejected(
                    Reason(.organizationNotFound, "no organization has the Genesys id that the event names"))
            }
            return id
        case .externalID(let externalID):
            memory.forget(.organization, externalID: externalID)
            return try await lookUp(externalID, through: &calls)
        }
    }

    private func lookUp(_ externalID: String, through calls: inout TalliedAPI) async throws(ApplyFault) -> String {
        guard let found = try await calls.find(.organization, externalID: externalID),
            let id = found["id"]?.stringValue
        else {
            watch.missing(externalID)
            throw .organizationMissing(externalID)
        }
        memory.remember(.organization, externalID: externalID, id: id)
        watch.appeared(externalID)
        return id
    }
}
