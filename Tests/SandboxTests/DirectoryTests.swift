import JSON
import Testing

@testable import Sandbox

struct DirectoryTests {
    @Test func aResourceComesBackAsItWasSent() {
        var bench = Bench(organizations: 1)
        let body =
            #"{"organizationId":"org-1","lastName":"D\u00e9","score":1.0,"big":12345678901234567890.10,"x":[1e2]}"#
        let members = body.dropFirst().dropLast()
        let made = bench.call("POST", contactsPath, body)
        #expect(made.status == 201)
        #expect(made.text == #"{"id":"c-1",\#(members),"createdDate":"2026-09-21T14:13:20.000Z"}"#)
        #expect(bench.call("GET", contactsPath + "/c-1").text == made.text)
    }

    @Test func anExternalIdInUseIs409() {
        var bench = Bench(organizations: 2)
        #expect(bench.call("POST", organizationsPath, #"{"name":"A","externalId":"o0"}"#).status == 409)
        #expect(bench.call("PUT", organizationsPath + "/org-2", #"{"name":"A","externalId":"o0"}"#).status == 409)
        #expect(bench.call("PUT", organizationsPath + "/org-2", #"{"name":"A","externalId":"new"}"#).status == 200)
        #expect(bench.call("GET", organizationsPath + "?externalId=new").items.count == 1)
        #expect(bench.call("POST", organizationsPath, #"{"name":"B","externalId":"o1"}"#).status == 201)
    }

    @Test func aLookUpFindsOneOrNone() {
        var bench = Bench(organizations: 1)
        let found = bench.call("GET", organizationsPath + "?externalId=o0")
        #expect(found.items.map { $0["id"]?.stringValue } == ["org-1"])
        #expect(found["nextPageId"]?.isNull == true)
        #expect(bench.call("GET", organizationsPath + "?externalId=o9").items.isEmpty)
        #expect(bench.call("GET", contactsPath + "?externalId=").status == 400)
    }

    @Test func aContactNeedsAnOrganizationThatIsThere() {
        var bench = Bench()
        #expect(bench.call("POST", contactsPath, #"{"firstName":"J"}"#).status == 400)
        let orphan = bench.call("POST", contactsPath, #"{"firstName":"J","organizationId":"org-1"}"#)
        #expect(orphan.status == 422)
        #expect(orphan["code"]?.stringValue == "organization.not.found")
    }

    @Test func anOrganizationWithContactsIsNotDeleted() {
        var bench = Bench(organizations: 1)
        _ = bench.call("POST", contactsPath, #"{"firstName":"J","organizationId":"org-1","externalId":"x"}"#)
        let refused = bench.call("DELETE", organizationsPath + "/org-1")
        #expect(refused.status == 409)
        #expect(refused["message"]?.stringValue == "the organization still has contacts (1)")
        #expect(bench.call("DELETE", contactsPath + "/c-1").status == 204)
        #expect(bench.call("DELETE", contactsPath + "/c-1").status == 404)
        #expect(bench.call("GET", contactsPath + "?externalId=x").items.isEmpty)
        #expect(bench.call("DELETE", organizationsPath + "/org-1").status == 204)
        #expect(bench.call("GET", organizationsPath + "/org-1").status == 404)
    }

    @Test func idsAreNeverUsedAgain() {
        var bench = Bench(organizations: 1)
        _ = bench.call("DELETE", organizationsPath + "/org-1")
        #expect(bench.call("POST", organizationsPath, #"{"name":"A"}"#)["id"]?.stringValue == "org-2")
    }

    @Test(arguments: [
        ("GET", "/api/v2/external-contacts/contacts/c-01", 404), ("GET", "/api/v2/external-contacts/things", 404),
        ("GET", "/api/v2/external-contacts/contacts/c-1/x", 404), ("GET", "/", 404),
        ("PATCH", "/api/v2/external-contacts/contacts/c-1", 405), ("DELETE", "/api/v2/external-contacts/contacts", 405),
        ("GET", "/api/v2/external-contacts/organizations?pageSize=0", 400),
        ("GET", "/api/v2/external-contacts/organizations?page=x", 400),
    ])
    func whatIsNotThereIsSaid(_ method: String, _ target: String, _ status: Int) {
        var bench = Bench()
        #expect(bench.call(method, target).status == status)
    }

    @Test func everyAnswerHasItsCorrelationId() {
        var bench = Bench()
        let good = bench.call("GET", organizationsPath)
        let bad = bench.call("GET", organizationsPath + "/org-7")
        #expect(good.header("inin-correlation-id") == "00000000-0000-4000-8000-000000000002")
        #expect(bad.header("inin-correlation-id") == bad["contextId"]?.stringValue)
        #expect(bad["message"] != nil && bad["code"] != nil)
    }
}
