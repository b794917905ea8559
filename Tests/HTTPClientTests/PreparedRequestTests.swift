import Testing

@testable import HTTPClient

struct PreparedRequestTests {
    @Test(arguments: [
        ("http://a/b?c#d", "http://a"), ("HTTPS://Example.COM:8443/X/Y", "https://example.com:8443"),
        ("http://a", "http://a"), ("http://a?b=/c//d", "http://a"), ("http://a#b", "http://a"),
        ("https://[::1]:80/", "https://[::1]:80"), ("http://a/b@c", "http://a"),
    ])
    func theOriginIsSchemeAndAuthorityInSmallLetters(url: String, origin: String) {
        #expect(PreparedRequest.origin(of: url) == origin)
    }

    @Test(arguments: [
        "", "a", "/a", "//a", "http:/a/b/c", "http:a", "http://", "http:///a", "http://?a", "ftp://a/", "xhttp://a/",
        "http://u@a/", "http://u:p@a/", "http://a b/", "http://a/\u{7f}", "http://ä/", "http?://a", "http/://a/b",
    ])
    func whatIsNoURLForUsHasNone(url: String) {
        #expect(PreparedRequest.origin(of: url) == nil)
    }

    @Test func anEndlessTimeoutIsBounded() throws {
        let prepared = try PreparedRequest(
            HTTPRequest(method: "GET", url: "http://a/", timeout: .seconds(Int64.max)))
        #expect(prepared.timeout == 31_536_000_000_000_000)
    }

    @Test func fieldsOfTheTransportAreNotTakenFromTheCaller() throws {
        let own = ["host", "Expect", "CONTENT-LENGTH", "Transfer-Encoding"].map { HTTPHeader($0, "1") }
        let prepared = try PreparedRequest(
            HTTPRequest(method: "GET", url: "http://a/", headers: own + [HTTPHeader("Hosts", "1")]))
        #expect(prepared.headers == [HTTPHeader("Hosts", "1")])
    }
}

struct ReceivedAnswerTests {
    @Test func fieldsKeepTheirOrderAndLoseTheSpaceAroundThem() {
        let head = "HTTP/1.1 200 OK\r\nB: 1\r\nA:2 \t\r\nno colon\r\nC:\r\nD : 3:4\r\n  and\r\n\tmore \r\n\r\n"
        #expect(
            ReceivedAnswer.fields(of: Array(head.utf8)) == [
                HTTPHeader("B", "1"), HTTPHeader("A", "2"), HTTPHeader("C", ""), HTTPHeader("D", "3:4 and more"),
            ])
    }

    @Test(arguments: ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\n x\n"])
    func aHeadWithoutFieldsHasNone(head: String) {
        #expect(ReceivedAnswer.fields(of: Array(head.utf8)).isEmpty)
    }
}

struct RequestHeaderListTests {
    @Test func aBodyWithoutATypeGetsNoneFromTheLibrary() {
        #expect(RequestHeaderList.lines(for: [], hasBody: false) == ["Expect:"])
        #expect(RequestHeaderList.lines(for: [], hasBody: true) == ["Expect:", "Content-Type:"])
        #expect(
            RequestHeaderList.lines(for: [HTTPHeader("content-type", "a/b"), HTTPHeader("X", "")], hasBody: true)
                == ["Expect:", "content-type: a/b", "X;"])
    }

    @Test func theListIsMadeAnewOnlyForOtherFields() {
        var list = RequestHeaderList()
        let token = [HTTPHeader("Authorization", "a")]
        #expect(list.update(token, hasBody: false) == true)
        #expect(list.update(token, hasBody: false) == false)
        #expect(list.update(token, hasBody: true) == true)
        #expect(list.update([HTTPHeader("Authorization", "b")], hasBody: true) == true)
        list.free()
    }
}
