import Testing

@testable import Relay

@Suite struct PurgeResolutionTests {
    private func decode(_ members: String, type: String = "purge.resolved") -> DecodedPurgeRecord {
        PurgeRecords.decode(PurgeRecords.record(type: type, data: #"{"requestId":"pr-1"\#(members)}"#))
    }

    @Test func theThreeWordsAreRead() throws {
        func resolution(_ members: String) throws -> PurgeResolution? {
            guard case .resolved(let resolution) = try decode(members).content.get() else { return nil }
            return resolution
        }
        #expect(
            try resolution(#","resolution":"submitted","purgeId":"p-1","operator":"jo""#)
                == PurgeResolution(requestID: "pr-1", decision: .submitted(purgeID: "p-1"), operatorName: "jo"))
        #expect(
            try resolution(#","resolution":"resubmit","purgeId":null"#)
                == PurgeResolution(requestID: "pr-1", decision: .resubmit))
        #expect(
            try resolution(#","resolution":"abandon","operator":"","note":1"#)
                == PurgeResolution(requestID: "pr-1", decision: .abandon))
        let prefixed = decode(#","resolution":"abandon""#, type: "com.acme.purge.resolved")
        #expect(try prefixed.content.get().requestID == "pr-1")
    }

    @Test(arguments: [
        ("", "data.resolution: is missing"), (#","resolution":5"#, "data.resolution: must be a non-empty string"),
        (#","resolution":"retry""#, "data.resolution: must be one of submitted, resubmit, abandon"),
        (#","resolution":"Abandon""#, "data.resolution: must be one of submitted, resubmit, abandon"),
        (#","resolution":"submitted""#, "data.purgeId: is missing"),
        (#","resolution":"submitted","purgeId":"""#, "data.purgeId: must be a non-empty string"),
        (#","resolution":"submitted","purgeId":5"#, "data.purgeId: must be a non-empty string"),
        (
            #","resolution":"resubmit","purgeId":"p-1""#,
            "data.purgeId: must only be given where data.resolution is submitted"
        ),
        (
            #","resolution":"abandon","purgeId":"p-1""#,
            "data.purgeId: must only be given where data.resolution is submitted"
        ),
        (#","resolution":"abandon","operator":{}"#, "data.operator: must be a string"),
        (#","resolution":"abandon","requestId":"pr-2""#, "data.requestId: must be the same as the record's key"),
    ])
    func breachesAreFaults(_ members: String, _ fault: String) {
        let decoded = decode(members)
        #expect(decoded.faults == [fault])
        #expect(decoded.rejection?.reason.code == .invalidData)
    }
}
