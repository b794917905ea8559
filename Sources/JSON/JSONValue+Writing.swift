extension JSONValue {
    /// The value as compact UTF-8; what was parsed and not edited comes out byte for byte.
    public var bytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(sizeEstimate)
        write(into: &output)
        return output
    }

    /// The value as text, as `bytes` has it.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends what `bytes` has.
    public func write(into output: inout [UInt8]) {
        switch storage {
        case .node(let document, let index):
            let entry = document.tape[Int(index)]
            output.append(contentsOf: document.bytes[Int(entry.start)..<Int(entry.end)])
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text): output.append(contentsOf: text.utf8)
        case .string(let text): Self.write(text, into: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.write(into: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                Self.write(member, into: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ member: Member, into output: inout [UInt8]) {
        if case .node(let document, let name) = member.name.storage,
            case .node(let other, let value) = member.value.storage,
            document === other, value == name + 1
        {
            // Untouched: name, colon and value stand side by side in the text.
            output.append(
                contentsOf: document.bytes[Int(document.tape[Int(name)].start)..<Int(document.tape[Int(value)].end)])
            return
        }
        member.name.write(into: &output)
        output.append(UInt8(ascii: ":"))
        member.value.write(into: &output)
    }

    /// About how many bytes will be written: exact but for escapes.
    private var sizeEstimate: Int {
        switch storage {
        case .node(let document, let index):
            Int(document.tape[Int(index)].end - document.tape[Int(index)].start)
        case .null, .bool: 5
        case .number(let text): text.utf8.count
        case .string(let text): text.utf8.count + 2
        case .array(let elements): elements.reduce(2) { $0 + $1.sizeEstimate + 1 }
        case .object(let members): members.reduce(2) { $0 + $1.name.sizeEstimate + $1.value.sizeEstimate + 2 }
        }
    }

    /// Writes a string with as few escapes as RFC 8259 allows.
    private static func write(_ text: String, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var plain = 0
            for (position, byte) in bytes.enumerated() {
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                output.append(contentsOf: bytes[plain..<position])
                plain = position + 1
                appendEscape(of: byte, to: &output)
            }
            output.append(contentsOf: bytes[plain...])
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case ..<0x20:
            output.append(contentsOf: "u00".utf8)
            output.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let digit = byte & 0xF
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        default: output.append(byte)
        }
    }
}
