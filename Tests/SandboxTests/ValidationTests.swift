import JSON
import Testing

@testable import Sandbox

struct ValidationTests {
    @Test(arguments: [
        (#""firstName":null"#, "lastName"),
        (#""firstName":"","lastName":"""#, "lastName"),
        (#""firstName":1"#, "firstName"),
        (#""firstName":"J","emails":[{"type":"work"}]"#, "emails[0].email"),
        (#""firstName":"J","emails":[{"email":"a@b"},{"email":"no"}]"#, "emails[1].email"),
        (#""firstName":"J","emails":[{"email":"a@b","type":"pigeon"}]"#, "emails[0].type"),
        (
            #""firstName":"J","emails":[{"email":"a@b","primary":true},{"email":"c@d","primary":true}]"#,
            "emails[1].primary"
        ),
        (#""firstName":"J","emails":[{"email":"a@b","primary":"yes"}]"#, "emails[0].primary"),
        (#""firstName":"J","emails":{}"#, "emails"),
        (#""firstName":"J","phones":[{"number":""}]"#, "phones[0].number"),
        (
            #""firstName":"J","phones":[{"number":"1","primary":true},{"number":"2","primary":true}]"#,
            "phones[1].primary"
        ),
        (#""firstName":"J","addresses":[1]"#, "addresses[0]"),
        (#""firstName":"J","metadata":[]"#, "metadata"),
        (#""firstName":"J","externalId":7"#, "externalId"),
        (#""firstName":"J","externalId":"""#, "externalId"),
    ])
    func aContactAtFaultIs400WithTheField(_ members: String, _ field: String) {
        var bench = Bench(organizations: 1)
        let reply = bench.call("POST", contactsPath, "{\"organizationId\":\"org-1\",\(members)}")
        #expect(reply.status == 400)
        #expect(reply.field == field)
        #expect(reply["message"]?.stringValue?.hasPrefix(field) == true)
    }

    @Test func aNamelessOrganizationIs400() {
        var bench = Bench()
        #expect(bench.call("POST", organizationsPath, #"{"externalId":"o"}"#).field == "name")
    }

    @Test(arguments: ["", "{", "[]", "null", "{\"a\":01}"])
    func aBodyThatIsNoObjectIs400(_ body: String) {
        var bench = Bench()
        #expect(bench.call("POST", organizationsPath, body).status == 400)
    }

    @Test func aBodyThatIsTooLargeIs413() {
        var bench = Bench()
        let padding = String(repeating: "x", count: 600 * 1024)
        #expect(bench.call("POST", organizationsPath, "{\"name\":\"\(padding)\"}").status == 413)
    }

    @Test func aForeignContentTypeIs415() {
        var bench = Bench()
        let plan = bench.plan("POST", organizationsPath, #"{"name":"A"}"#, contentType: "text/plain")
        #expect(plan.outcome.status == 415)
        let charset = bench.plan(
            "POST", organizationsPath, #"{"name":"A"}"#, contentType: "Application/JSON; charset=utf-8")
        #expect(charset.outcome.status == 201)
    }

    @Test func aPutUnderAnotherIdIs400() {
        var bench = Bench(organizations: 1)
        #expect(bench.call("PUT", organizationsPath + "/org-1", #"{"id":"org-2","name":"A"}"#).field == "id")
    }
}
