/// Why and where the parser stopped.
struct ParserFault: Error {
    enum Reason {
        case noValue
        case endsTooEarly
        case tooDeep
        case valueExpected
        case nameExpected
        case colonExpected
        case commaOrBraceExpected
        case commaOrBracketExpected
        case trailing
        case byteOrderMark
        case literal
        case leadingZero
        case digitExpected
        case controlCharacter
        case escape
        case hexadecimal
        case utf8
    }

    var reason: Reason
    var offset: Int
}

extension ParserFault.Reason {
    var message: String {
        switch self {
        case .noValue: "the text holds no value"
        case .endsTooEarly: "the text ends too early"
        case .tooDeep: "arrays and objects are nested deeper than the limit"
        case .valueExpected: "a value is expected"
        case .nameExpected: "a member name in double quotes is expected"
        case .colonExpected: "a colon is expected after a member name"
        case .commaOrBraceExpected: "a comma or a closing brace is expected after a member"
        case .commaOrBracketExpected: "a comma or a closing bracket is expected after an element"
        case .trailing: "nothing but white space may follow the value"
        case .byteOrderMark: "a byte order mark is not allowed"
        case .literal: "only true, false and null are written without quotes"
        case .leadingZero: "a number has a leading zero"
        case .digitExpected: "a digit is expected in a number"
        case .controlCharacter: "a control character in a string must be escaped"
        case .escape: "an unknown escape in a string"
        case .hexadecimal: "four hexadecimal digits are expected in an escape"
        case .utf8: "a string is not valid UTF-8"
        }
    }
}
