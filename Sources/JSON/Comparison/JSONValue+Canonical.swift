extension JSONValue {
    /// Bytes that are the same for values that mean the same (as `isEquivalent(to:)` has it), and differ for others: for
    /// hashing and comparing what is not kept. They resemble JSON and are none.
    ///
    /// - Parameter nullMembers: false takes members that are null for absent ones, at every level.
    public func canonicalBytes(nullMembers: Bool = true) -> [UInt8] {
        var output: [UInt8] = []
        writeCanonical(into: &output, nullMembers)
        return output
    }

    private func writeCanonical(into output: inout [UInt8], _ nullMembers: Bool) {
        switch kind {
        case .null: output.append(UInt8(ascii: "n"))
        case .bool: output.append(boolValue == true ? UInt8(ascii: "t") : UInt8(ascii: "f"))
        case .number: withNumberBytes { DecimalNumber($0).writeCanonical(into: &output) }
        case .string: writeCanonicalContent(into: &output)
        case .array:
            output.append(UInt8(ascii: "["))
            for element in elements {
                element.writeCanonical(into: &output, nullMembers)
                output.append(UInt8(ascii: ","))
            }
            output.append(UInt8(ascii: "]"))
        case .object:
            output.append(UInt8(ascii: "{"))
            for (name, value) in canonicalMembers(nullMembers) {
                output += name
                output.append(UInt8(ascii: ":"))
                value.writeCanonical(into: &output, nullMembers)
                output.append(UInt8(ascii: ","))
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// The members that count with their names' canonical bytes, sorted by them.
    private func canonicalMembers(_ nullMembers: Bool) -> [(name: [UInt8], value: JSONValue)] {
        Self.lastOfEachName(rawMembers)
            .filter { nullMembers || !$0.value.isNull }
            .map { member in
                var name: [UInt8] = []
                member.name.writeCanonicalContent(into: &name)
                return (name, member.value)
            }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// A string's decoded bytes in quotes; what would end it is escaped.
    private func writeCanonicalContent(into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        withContent { bytes in
            for byte in bytes {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { output.append(UInt8(ascii: "\\")) }
                output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
