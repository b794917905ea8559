import Testing

@testable import HTTPServer

struct TargetTests {
    @Test func pathAndQueryAreDecoded() throws {
        let target = try #require(RequestTarget("/a%20b/c%2Fd+e?x=1+2&y=%C3%A4&z&=v"))
        #expect(target.path == "/a b/c/d+e")
        #expect(target.query.map(\.name) == ["x", "y", "z", ""])
        #expect(target.query.map(\.value) == ["1 2", "ä", "", "v"])
    }

    @Test func anAbsoluteURLIsItsPath() {
        #expect(RequestTarget("http://host:80/p?q=1")?.path == "/p")
        #expect(RequestTarget("http://host")?.path == "/")
    }

    @Test(arguments: ["", "*", "host:443", "/%", "/%4", "/%zz", "/%ff", "/?a=%", "ftp://host/"])
    func whatCannotBeReadIsNothing(_ target: String) {
        #expect(RequestTarget(target) == nil)
    }

    @Test func anEncodedZeroByteCutsNothingOff() {
        #expect(RequestTarget("/a%00b")?.path == "/a\0b")
    }

    @Test func headerNamesAreFoundWhateverTheirCase() throws {
        let request = try #require(ServerRequest(method: "GET", target: "/", headers: [("X-ThIng", "1")]))
        #expect(request[header: "x-thing"] == "1")
        #expect(request[header: "x-things"] == nil)
    }
}
