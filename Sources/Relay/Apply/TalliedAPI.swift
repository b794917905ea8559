import GenesysCloud
import JSON

/// The API as one change uses it: writes by the permit of its run, counts what is spent and turns errors into faults of the
/// change.
struct TalliedAPI {
    let api: any GenesysAPI
    let permit: WritePermit
    var tally = CallTally()

    mutating func find(_ type: ResourceType, externalID: String) async throws(ApplyFault) -> JSONValue? {
        do throws(GenesysError) {
            return try await api.find(type, externalID: externalID, tally: &tally)
        } catch {
            throw .api(error)
        }
    }

    mutating func get(_ type: ResourceType, id: String) async throws(ApplyFault) -> JSONValue? {
        do throws(GenesysError) {
            return try await api.get(type, id: id, tally: &tally)
        } catch {
            throw .api(error)
        }
    }

    mutating func create(_ type: ResourceType, _ resource: JSONValue) async throws(ApplyFault) -> JSONValue {
        do throws(GenesysError) {
            return try await api.create(type, resource, permit: permit, tally: &tally)
        } catch {
            throw .api(error)
        }
    }

    mutating func replace(
        _ type: ResourceType, id: String, with resource: JSONValue
    ) async throws(ApplyFault) -> JSONValue {
        do throws(GenesysError) {
            return try await api.replace(type, id: id, with: resource, permit: permit, tally: &tally)
        } catch {
            throw .api(error)
        }
    }

    mutating func delete(_ type: ResourceType, id: String) async throws(ApplyFault) {
        do throws(GenesysError) {
            _ = try await api.delete(type, id: id, permit: permit, tally: &tally)
        } catch {
            throw .api(error)
        }
    }
}
