import JSON
import TestSupport
import Testing

/// Random texts and values from fixed seeds; a failure names its seed and round.
struct FuzzTests {
    static let seeds: [UInt64] = [1, 2, 3, 4]

    static let corpus: [String] = [
        PreservationTests.contact,
        #"{"a":[1.5e+7,true,"\ud83d\ude00é€𝄞\n"],"b":{"c":null,"c":[]},"":-0.0e-0}"#,
        #" [ [ ] , { "x" : [ false , null ] } , "\u0000\"\\\/" , 1e999 , -12.50 ] "#,
        #"{"k0":0,"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,"k8":8,"k9":9,"kA":1,"kB":2,"kC":3,"kD":4,"kE":5,"kF":6,"kG":7,"kH":8}"#,
    ]

    @Test(arguments: seeds)
    func mutatedTextsAreRefusedOrWrittenBackEquivalent(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        let pieces = Array("{}[]:,\"\\u0019eE.+-tfn \n\u{0}é".utf8) + [0x80, 0xC0, 0xED, 0xF5, 0xFF]
        var accepted = 0
        for round in 0..<1500 {
            var bytes = Array(Self.corpus[random.below(Self.corpus.count)].utf8)
            for _ in 0..<1 + random.below(3) where !bytes.isEmpty {
                let place = random.below(bytes.count)
                switch random.below(5) {
                case 0: bytes[place] = pieces[random.below(pieces.count)]
                case 1: bytes.insert(pieces[random.below(pieces.count)], at: place)
                case 2: bytes.remove(at: place)
                case 3: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                default:
                    let other = Array(Self.corpus[random.below(Self.corpus.count)].utf8)
                    bytes = Array(bytes[..<place] + other[random.below(other.count)...])
                }
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            accepted += 1
            let again = try JSONValue(parsing: value.bytes)
            #expect(again.bytes == value.bytes, "round \(round)")
            #expect(rebuilt(value).isEquivalent(to: again) || value.text.contains("\\u"), "round \(round)")
            #expect(value.isEquivalent(to: again), "round \(round)")
        }
        #expect(accepted > 50)
    }

    @Test(arguments: seeds)
    func randomTreesSurviveWritingAndParsing(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        for round in 0..<150 {
            let value = tree(random, depth: 4)
            let parsed = try JSONValue(parsing: value.bytes)
            #expect(parsed.bytes == value.bytes, "round \(round)")
            #expect(parsed.isEquivalent(to: value) && value.isEquivalent(to: parsed), "round \(round)")
            #expect(rebuilt(parsed).bytes == value.bytes, "round \(round)")
            let spaced = try JSONValue(parsing: spread(value, random))
            #expect(spaced.bytes == value.bytes, "round \(round)")
        }
    }

    /// The RFC's own pseudocode on plain dictionaries is the model.
    @Test(arguments: seeds)
    func mergingAgreesWithThePseudocodeOfTheRFC(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        for round in 0..<150 {
            let (target, patch) = (tree(random, depth: 3), tree(random, depth: 3))
            let expected = model(target, patch)
            let parsedTarget = try JSONValue(parsing: target.bytes)
            let parsedPatch = try JSONValue(parsing: patch.bytes)
            #expect(target.merging(patch: patch).isEquivalent(to: expected), "round \(round)")
            #expect(parsedTarget.merging(patch: parsedPatch).isEquivalent(to: expected), "round \(round)")
            #expect(
                parsedTarget.merging(patch: parsedPatch).bytes == target.merging(patch: patch).bytes, "round \(round)")
        }
    }

    private func model(_ target: JSONValue, _ patch: JSONValue) -> JSONValue {
        guard patch.kind == .object else { return patch }
        var result = Dictionary(uniqueKeysWithValues: target.members.map { ($0.name, $0.value) })
        for (name, value) in patch.members {
            if value.isNull {
                result.removeValue(forKey: name)
            } else {
                result[name] = model(result[name] ?? .null, value)
            }
        }
        return .object(result.map { ($0.key, $0.value) })
    }

    /// The same value, made anew from what the accessors say.
    private func rebuilt(_ value: JSONValue) -> JSONValue {
        switch value.kind {
        case .null: .null
        case .bool: .bool(value.boolValue!)
        case .number: value
        case .string: .string(value.stringValue!)
        case .array: .array(value.elements.map(rebuilt))
        case .object: .object(value.members.map { ($0.name, rebuilt($0.value)) })
        }
    }

    /// The text of a value with white space wherever it may stand.
    private func spread(_ value: JSONValue, _ random: SeededRandom) -> String {
        func gap() -> String { [" ", "\n", "\t\r", ""][random.below(4)] }
        switch value.kind {
        case .array:
            return gap() + "[" + gap() + value.elements.map { spread($0, random) }.joined(separator: ",") + gap() + "]"
                + gap()
        case .object:
            let members = value.members.map {
                gap() + JSONValue.string($0.name).text + gap() + ":" + spread($0.value, random)
            }
            return gap() + "{" + gap() + members.joined(separator: "," + gap()) + "}" + gap()
        default: return gap() + value.text + gap()
        }
    }

    private func tree(_ random: SeededRandom, depth: Int) -> JSONValue {
        switch random.below(depth > 0 ? 9 : 6) {
        case 0: return .null
        case 1: return .bool(random.below(2) == 0)
        case 2: return .number(Int64(bitPattern: random.next()) >> random.below(64))
        case 3:
            let number = Double(bitPattern: random.next())
            return number.isFinite ? .number(number) : 0
        case 4, 5: return .string(word(random))
        case 6: return .array((0..<random.below(5)).map { _ in tree(random, depth: depth - 1) })
        default:
            // Now and then long enough to be looked up by hash; few different names, so that trees share some.
            let count = random.below(8) == 0 ? 25 : random.below(6)
            return .object((0..<count).map { _ in ("m\(random.below(40))", tree(random, depth: depth - 1)) })
        }
    }

    private func word(_ random: SeededRandom) -> String {
        let letters: [Character] = ["a", "Z", "\"", "\\", "/", "\n", "\u{0}", " ", "é", "€", "😀", "e\u{301}"]
        return String((0..<random.below(12)).map { _ in letters[random.below(letters.count)] })
    }
}
