import TestSupport
import Testing

@testable import WorkerPool

@Suite struct CommitMapTests {
    /// Every second offset after the position is finished, up to `reach` beyond it.
    static func alternating(_ position: Int64, reach: Int64) -> CommitMap {
        CommitMap(
            position: position,
            finished: stride(from: reach, to: 0, by: -2).reversed().map {
                position + $0..<position + $0 + 1
            })
    }

    static func random(_ random: SeededRandom) -> CommitMap {
        let positions: [Int64] = [0, 1, 1 << 40, .max - 1_000_000]
        let position = positions[random.below(4)] + Int64(random.below(1000))
        let width = [1, 3, 40, 2000][random.below(4)]
        var finished: [Range<Int64>] = []
        var cursor = position
        for _ in 0..<random.below(60) {
            let lower = cursor + 1 + Int64(random.below(width))
            finished.append(lower..<lower + 1 + Int64(random.below(width)))
            cursor = finished.last!.upperBound
        }
        return CommitMap(position: position, finished: finished)
    }

    /// A text whose checksum is right whatever else is wrong.
    static func sealed(_ encoding: CommitMap.Encoding, _ payload: String, position: Int64) -> String {
        let payload = Array(payload.utf8)
        let sum = Checksum.characters(format: encoding.format[...], position: position, payload: payload[...])
        return String(decoding: encoding.format + sum + payload, as: UTF8.self)
    }

    private func fault(_ text: String, position: Int64) -> CommitMapFault? {
        do throws(CommitMapFault) {
            _ = try CommitMap(text: text, position: position)
            return nil
        } catch { return error }
    }

    @Test func randomMapsComeBackFromEveryEncodingAndTheShortestIsChosen() throws {
        var chosen: [CommitMap.Encoding: Int] = [:]
        var empty = 0
        for seed in 0..<3000 as Range<UInt64> {
            let map = Self.random(SeededRandom(seed: seed))
            guard let (encoding, length) = map.shortest else {
                #expect(map.text == "" && map.isEmpty, "seed \(seed)")
                empty += 1
                continue
            }
            chosen[encoding, default: 0] += 1
            if length <= CommitMap.maximumLength {
                let text = try #require(map.text, "seed \(seed)")
                #expect(text.utf8.count == length && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }, "seed \(seed)")
                #expect(try CommitMap(text: text, position: map.position) == map, "seed \(seed)")
            } else {
                #expect(map.text == nil, "seed \(seed)")
            }
            for encoding in CommitMap.Encoding.allCases where encoding == .runs || map.span < 20_000 {
                let text = map.text(in: encoding)
                #expect(text.utf8.count >= length, "seed \(seed)")
                guard text.utf8.count <= CommitMap.maximumLength else { continue }
                #expect(try CommitMap(text: text, position: map.position) == map, "seed \(seed)")
            }
        }
        #expect(empty > 20 && chosen[.runs, default: 0] > 200 && chosen[.bitmap, default: 0] > 200)
    }

    @Test func noTextIsAMapOfNothing() throws {
        for text in [nil, ""] as [String?] {
            let map = try CommitMap(text: text, position: 7)
            #expect(map == CommitMap(position: 7) && map.isFinished(6) && !map.isFinished(7) && !map.isFinished(.max))
        }
        #expect(try CommitMap(text: "", position: .min) == CommitMap(position: .min))
    }

    @Test func theWorstCaseFitsUpToTheCertainReachAndNotBeyond() throws {
        let reach = CommitMap.certainReach
        #expect(reach == 24_528)
        let map = Self.alternating(99, reach: reach)
        let text = try #require(map.text)
        #expect(text.utf8.count == 4096 && map.shortest?.encoding == .bitmap)
        #expect(try CommitMap(text: text, position: 99) == map)
        #expect(Self.alternating(99, reach: reach + 1).text == nil)
        // One more finished one at the end is still within; as is the far end of an otherwise empty map.
        #expect(CommitMap(position: 0, finished: [reach..<reach + 1]).shortest!.length < 20)
    }

    @Test func aSpanOfBillionsWithAFewGapsIsShort() throws {
        let far: Int64 = 1 << 62
        let map = CommitMap(position: 5, finished: [6..<1_000_000_000, 1_000_000_001..<far, far + 3..<Int64.max])
        let text = try #require(map.text)
        #expect(text.utf8.count < 60)
        #expect(try CommitMap(text: text, position: 5) == map)
        #expect(map.isFinished(6) && map.isFinished(far - 1) && !map.isFinished(far + 2) && map.isFinished(.max - 1))
    }

    @Test(arguments: CommitMap.Encoding.allCases)
    func everyDamageOfAByteAndEveryCutIsNoticed(_ encoding: CommitMap.Encoding) throws {
        let map = CommitMap(position: 1000, finished: [1001..<1003, 1008..<1009, 1060..<1150, 1152..<1153])
        let bytes = Array(map.text(in: encoding).utf8)
        for index in bytes.indices {
            for other in 0..<128 as Range<UInt8> where other != bytes[index] {
                var damaged = bytes
                damaged[index] = other
                let text = String(decoding: damaged, as: UTF8.self)
                #expect(fault(text, position: 1000) != nil, "byte \(index) is \(other)")
            }
        }
        for length in 1..<bytes.count {
            #expect(fault(String(decoding: bytes[..<length], as: UTF8.self), position: 1000) != nil, "\(length) bytes")
            #expect(fault(String(decoding: bytes[length...], as: UTF8.self), position: 1000) != nil, "from \(length)")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(fault(text + "A", position: 1000) == .mismatch && fault(text + text, position: 1000) == .mismatch)
        #expect(fault(text, position: 1000) == nil)
    }

    @Test func aMapOfAnotherOffsetIsNotTaken() throws {
        let map = Self.alternating(500, reach: 40)
        let text = try #require(map.text)
        for position in [499, 501, 0, -1, 500 + (1 << 32), .max, .min] as [Int64] {
            #expect(fault(text, position: position) == .mismatch)
        }
    }

    @Test(arguments: [
        "{\"version\":1}", "AQAAAA", "1", "1r", "1x000000AAAA", "2r000000AAAA", "offset committed by hand", "\u{0}",
        "é",
    ])
    func foreignTextIsNotTaken(_ text: String) {
        let expected: CommitMapFault = text.hasPrefix("1r") ? .mismatch : .unknownFormat
        #expect(fault(text, position: 3) == expected)
    }

    @Test func textThatIsLongerThanAMapIsNotTaken() {
        #expect(fault(String(repeating: "1", count: 4097), position: 3) == .tooLong)
        #expect(fault("1r" + String(repeating: "A", count: 4095), position: 3) == .tooLong)
        #expect(fault("1r" + String(repeating: "A", count: 4094), position: 3) == .mismatch)
    }

    @Test func whatNoMapCanSayIsNotTakenThoughItsChecksumFits() {
        let largest = "____________H"
        let payloads: [(CommitMap.Encoding, String, Int64)] = [
            (.runs, "", 0), (.runs, "A", 0), (.runs, "AAA", 0), (.runs, "g", 0), (.runs, "A!", 0), (.runs, "AAé", 0),
            (.runs, "ggggggggggggI" + "A", 0), (.runs, String(repeating: "_", count: 4000), 0),
            (.runs, largest + "A", 0), (.runs, "A" + largest, 0), (.runs, largest + largest, 0),
            (.runs, "AA", .max), (.runs, "AA", .max - 1), (.runs, "AA", -1), (.runs, "AA", .min),
            (.bitmap, "", 0), (.bitmap, "AAAA", 0), (.bitmap, "B=", 0), (.bitmap, "B", -1), (.bitmap, "B", .min),
            (.bitmap, "B", .max), (.bitmap, "B", .max - 5),
        ]
        for (encoding, payload, position) in payloads {
            let text = Self.sealed(encoding, payload, position: position)
            #expect(fault(text, position: position) == .malformed, "\(encoding) \(payload.prefix(20)) at \(position)")
        }
        #expect(fault(Self.sealed(.runs, "AA", position: .max - 2), position: .max - 2) == nil)
    }

    @Test func noTextMakesItTrap() {
        let characters = Array("1rb_-AgH9!é".unicodeScalars)
        let positions: [Int64] = [0, 1, -1, .min, .max, .max - 1, .max - 40, 1 << 40]
        for seed in 0..<20_000 as Range<UInt64> {
            let random = SeededRandom(seed: seed)
            var payload = ""
            for _ in 0..<random.below(40) {
                payload.unicodeScalars.append(characters[random.below(characters.count)])
            }
            let position = positions[random.below(positions.count)]
            let encoding = CommitMap.Encoding.allCases[random.below(2)]
            let text = random.below(2) == 0 ? payload : Self.sealed(encoding, payload, position: position)
            // What is taken is a map that comes back.
            if let map = try? CommitMap(text: text, position: position), !map.isEmpty {
                #expect((try? CommitMap(text: map.text, position: position)) == map, "seed \(seed)")
            }
        }
    }
}
