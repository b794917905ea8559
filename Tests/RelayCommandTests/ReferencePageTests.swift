import CommandLineParsing
import Configuration
import Testing

@testable import RelayCommand

@Suite(.timeLimit(.minutes(2))) struct ReferencePageTests {
    @Test func theCheckedInPageIsTheOneThatHelpPrints() async throws {
        let console = CapturedConsole()
        #expect(await console.run("help", "settings") == .success)
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let page = try SystemFiles().contents(
            of: root + "/Sources/contact-relay/contact-relay.docc/Settings.md", atMost: 1 << 20)
        #expect(
            String(decoding: page, as: UTF8.self) == console.output,
            "make it anew: swift run contact-relay help settings > Sources/contact-relay/contact-relay.docc/Settings.md"
        )
    }
}
