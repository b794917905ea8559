/// A JSON number as 0.d₁d₂d₃… × 10^exponent, with d₁ and the last digit not zero: exact, whatever its length and
/// magnitude, and without computing the power.
struct DecimalNumber {
    private let text: UnsafeBufferPointer<UInt8>
    private let isNegative: Bool
    /// The significant digits, a decimal point perhaps among them; empty for zero.
    private let significant: Range<Int>
    /// What the place of the decimal point adds to the written exponent.
    private let shift: Int
    /// The written exponent, without sign and leading zeros.
    private let exponentDigits: Range<Int>
    private let isExponentNegative: Bool

    /// Takes the text of a valid number, which must outlive this.
    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        isNegative = text[0] == UInt8(ascii: "-")
        var first: Int?
        var afterLast = 0
        var point: Int?
        var position = isNegative ? 1 : 0
        scan: while position < text.count {
            switch text[position] {
            case UInt8(ascii: "."): point = position
            case UInt8(ascii: "0"): break
            case UInt8(ascii: "1")...UInt8(ascii: "9"):
                if first == nil { first = position }
                afterLast = position + 1
            default: break scan
            }
            position += 1
        }
        let firstDigit = first ?? 0
        significant = firstDigit..<(first == nil ? 0 : afterLast)
        let pointPlace = point ?? position
        shift = firstDigit < pointPlace ? pointPlace - firstDigit : pointPlace + 1 - firstDigit

        var exponentStart = min(position + 1, text.count)
        var isExponentNegative = false
        if exponentStart < text.count, !Parser.isDigit(text[exponentStart]) {
            isExponentNegative = text[exponentStart] == UInt8(ascii: "-")
            exponentStart += 1
        }
        while exponentStart < text.count, text[exponentStart] == UInt8(ascii: "0") { exponentStart += 1 }
        exponentDigits = exponentStart..<text.count
        self.isExponentNegative = isExponentNegative
    }

    private var isZero: Bool { significant.isEmpty }

    /// Whether both are the same number.
    func isEqual(to other: DecimalNumber) -> Bool {
        if isZero || other.isZero { return isZero && other.isZero }
        return isNegative == other.isNegative && hasSameDigits(as: other) && hasSameExponent(as: other)
    }

    private func hasSameDigits(as other: DecimalNumber) -> Bool {
        var mine = significant.lowerBound
        var others = other.significant.lowerBound
        while true {
            if mine < significant.upperBound, text[mine] == UInt8(ascii: ".") { mine += 1 }
            if others < other.significant.upperBound, other.text[others] == UInt8(ascii: ".") { others += 1 }
            guard mine < significant.upperBound, others < other.significant.upperBound else {
                return mine == significant.upperBound && others == other.significant.upperBound
            }
            guard text[mine] == other.text[others] else { return false }
            mine += 1
            others += 1
        }
    }

    private func hasSameExponent(as other: DecimalNumber) -> Bool {
        if let mine = exponent, let others = other.exponent { return mine == others }
        return longExponent == other.longExponent
    }

    /// The exponent, if the written one has at most 18 digits, to which `shift` is added without overflow.
    private var exponent: Int? {
        guard exponentDigits.count <= 18 else { return nil }
        let written = text[exponentDigits].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (isExponentNegative ? -written : written) + shift
    }

    /// The exponent's sign and digits, whatever its size: `shift` is carried into the digits from the end. A written
    /// exponent of more than 18 digits is greater than any shift, so its sign stays.
    private var longExponent: [UInt8] {
        if let exponent { return Array(String(exponent).utf8) }
        var digits = text[exponentDigits].map { Int($0 - UInt8(ascii: "0")) }
        var carry = isExponentNegative ? -shift : shift
        var place = digits.count - 1
        while carry != 0, place >= 0 {
            let sum = digits[place] + carry
            let digit = ((sum % 10) + 10) % 10
            digits[place] = digit
            carry = (sum - digit) / 10
            place -= 1
        }
        if carry > 0 { digits.insert(carry, at: 0) }
        let sign = isExponentNegative ? [UInt8(ascii: "-")] : []
        return sign + digits.drop { $0 == 0 }.map { UInt8($0) + UInt8(ascii: "0") }
    }

    /// Appends one spelling for all texts of the same number: sign, significant digits, `e`, exponent; zero is `0`.
    func writeCanonical(into output: inout [UInt8]) {
        guard !isZero else {
            output.append(UInt8(ascii: "0"))
            return
        }
        if isNegative { output.append(UInt8(ascii: "-")) }
        for byte in text[significant] where byte != UInt8(ascii: ".") { output.append(byte) }
        output.append(UInt8(ascii: "e"))
        output += longExponent
    }

    /// The value, if it is integral and in range.
    var int64: Int64? {
        if isZero { return 0 }
        // 19 digits are the most that fit, so a number with a greater exponent does not.
        guard let exponent, exponent > 0, exponent <= 19 else { return nil }
        var value: Int64 = 0
        var digits = 0
        for byte in text[significant] where byte != UInt8(ascii: ".") {
            digits += 1
            guard digits <= exponent, let next = Self.appending(Int64(byte - UInt8(ascii: "0")), to: value, isNegative)
            else { return nil }
            value = next
        }
        while digits < exponent {
            digits += 1
            guard let next = Self.appending(0, to: value, isNegative) else { return nil }
            value = next
        }
        return value
    }

    private static func appending(_ digit: Int64, to value: Int64, _ isNegative: Bool) -> Int64? {
        let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflowAgain) = tenfold.addingReportingOverflow(isNegative ? -digit : digit)
        return overflow || overflowAgain ? nil : sum
    }
}
