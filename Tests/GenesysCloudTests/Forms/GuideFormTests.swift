import JSON
import Testing

@testable import GenesysCloud

@Suite struct GuideFormTests {
    private let form = GuideForm()
    private let base = "/api/v2/external-contacts"

    @Test func everyCallHasItsRequest() throws {
        let body = try JSONValue(parsing: #"{"b":1.0,"a":"\u00e4"}"#)
        for (call, method, target, hasBody) in [
            (.find(.contact, externalID: "a&b +ü"), "GET", "/contacts?externalId=a%26b%20%2B%C3%BC", false),
            (.find(.organization, externalID: "x"), "GET", "/organizations?externalId=x", false),
            (.get(.contact, id: "a/b"), "GET", "/contacts/a%2Fb", false),
            (.create(.organization, body), "POST", "/organizations", true),
            (.replace(.contact, id: "c?1", body), "PUT", "/contacts/c%3F1", true),
            (.delete(.organization, id: "o#1"), "DELETE", "/organizations/o%231", false),
            (
                .page(.contact, organizationID: "o&1", number: 2, size: 50), "GET",
                "/contacts?organizationId=o%261&page=2&pageSize=50", false
            ),
            (
                .page(.organization, organizationID: nil, number: 1, size: 5), "GET",
                "/organizations?page=1&pageSize=5", false
            ),
        ] as [(APICall, String, String, Bool)] {
            let request = try form.request(for: call)
            #expect(request.method == method)
            #expect(request.target == base + target)
            #expect(request.body.map { String(decoding: $0, as: UTF8.self) } == (hasBody ? body.text : nil))
        }
    }

    @Test func everyPurgeCallHasItsRequest() throws {
        let body = try JSONValue(parsing: #"{"resourceType":"user","n":1.0}"#)
        for (call, method, target, hasBody) in [
            (.purgeQuota, "GET", "/api/v2/purge/quota", false), (.submitPurge(body), "POST", "/api/v2/purge", true),
            (.purgeJob(id: "p/1"), "GET", "/api/v2/purge/p%2F1", false),
        ] as [(APICall, String, String, Bool)] {
            let request = try form.request(for: call)
            #expect(request.method == method)
            #expect(request.target == target)
            #expect(request.body.map { String(decoding: $0, as: UTF8.self) } == (hasBody ? body.text : nil))
        }
    }

    /// Each of these would reach a collection, or another resource, if it were sent.
    @Test func callsThatWouldReachSomethingElseAreNotSent() {
        for call in [
            .find(.contact, externalID: ""), .get(.contact, id: ""), .delete(.contact, id: "."),
            .delete(.organization, id: ".."), .replace(.contact, id: "", .null),
            .page(.contact, organizationID: nil, number: 1, size: 1),
            .page(.contact, organizationID: "", number: 1, size: 1),
            .page(.organization, organizationID: "o", number: 1, size: 1), .purgeJob(id: ""), .purgeJob(id: ".."),
            .purgeJob(id: "quota"),
        ] as [APICall] {
            #expect { try form.request(for: call) } throws: { ($0 as? GenesysError)?.kind == .invalidRequest }
        }
    }

    @Test func aLookUpTakesOnlyTheResourceThatWasAskedFor() throws {
        let hit = try JSONValue(parsing: #"{"items":[{"id":"1","externalId":"x"}],"nextPageId":null}"#)
        #expect(try form.found(in: hit, externalID: "x")?["id"]?.stringValue == "1")
        #expect(try form.found(in: JSONValue(parsing: #"{"items":[]}"#), externalID: "x") == nil)
        for text in [
            #"{"items":[{"id":"1","externalId":"y"}]}"#, #"{"items":[{"id":"1"}]}"#, #"{"items":[{"externalId":"x"}]}"#,
            #"{"items":[{"id":"1","externalId":"x"},{"id":"2","externalId":"x"}]}"#,
            #"{"items":[{"id":"1","externalId":"x"},{"id":"2","externalId":"y"}]}"#, #"{"items":{}}"#, "{}", "[]",
            "null",
        ] {
            let answer = try JSONValue(parsing: text)
            #expect(throws: UnreadableAnswer.self) { try form.found(in: answer, externalID: "x") }
        }
    }

    @Test(arguments: [
        (#"{"items":[],"nextPageId":"2"}"#, true), (#"{"items":[],"nextPageId":null}"#, false),
        (#"{"items":[]}"#, false), (#"{"items":[],"nextPageId":""}"#, false), (#"{"items":[],"nextPageId":2}"#, true),
    ])
    func thePageSaysWhetherAnotherFollows(text: String, hasNext: Bool) throws {
        #expect(try form.page(in: JSONValue(parsing: text)).hasNext == hasNext)
    }
}
