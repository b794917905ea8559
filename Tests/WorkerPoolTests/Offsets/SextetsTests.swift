import Testing

@testable import WorkerPool

@Suite struct SextetsTests {
    private static let edges: [Int64] = {
        let named: [Int64] = [0, 1, 31, 32, 33, 1023, 1024, 32_767, 32_768, .max - 1, .max]
        return named + (0..<63).map { Int64(1) << $0 }
    }()

    @Test func numbersComeBackAsTheyWereAndAreAsLongAsSaid() {
        for number in Self.edges {
            var text: [UInt8] = []
            Sextets.append(number, to: &text)
            #expect(text.count == Sextets.width(of: number), "\(number)")
            var rest = (text + [65])[...]
            #expect(Sextets.takeNumber(from: &rest) == number, "\(number)")
            #expect(rest == [65])
        }
    }

    @Test(arguments: ["", "g", "ggggggggggggggggA", "_______________", "gggggggggggggggg", "gé", "_ "])
    func whatIsNoNumberIsRefused(_ text: Substring) {
        var rest = Array(text.utf8)[...]
        #expect(Sextets.takeNumber(from: &rest) == nil)
    }

    @Test func aNumberBeyondTheLargestIsRefused() {
        // 2^63: twelve empty digits and one with its fourth bit set.
        var rest = Array("ggggggggggggI".utf8)[...]
        #expect(Sextets.takeNumber(from: &rest) == nil)
        var largest = Array("____________H".utf8)[...]
        #expect(Sextets.takeNumber(from: &largest) == .max)
    }
}
