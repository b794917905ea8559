/// The text is ASCII: two characters that name version and encoding, six of checksum, and the payload.
///
/// - `1r`: the lengths of runs, beginning with what is unfinished from the position on, then finished, and so on by
///   turns; the last is a finished one. Each is written less one, by `Sextets.append`.
/// - `1b`: six offsets a character from the one after the position on, the first in the lowest bit; set is finished.
///
/// When nothing beyond the position is finished, the text is empty.
extension CommitMap {
    /// What a broker takes as an offset's metadata by its default (`offset.metadata.max.bytes`).
    public static let maximumLength = 4096

    static let headerLength = 2 + Checksum.length

    /// A map whose last finished offset is at most this many beyond its position fits, whatever is between: the
    /// capacity of the bitmap.
    public static let certainReach = Int64(6 * (maximumLength - headerLength))

    enum Encoding: UInt8, CaseIterable {
        case runs = 0x72
        case bitmap = 0x62

        var format: [UInt8] { [0x31, rawValue] }
    }

    /// The encoding that is shorter, and its length with the header; nil when nothing beyond the position is finished.
    var shortest: (encoding: Encoding, length: Int64)? {
        guard !isEmpty else { return nil }
        // The position itself is never finished, so it has no bit.
        let bitmap = (span - 1 + 5) / 6
        let runs = runsLength
        let header = Int64(Self.headerLength)
        return runs <= bitmap ? (.runs, header + runs) : (.bitmap, header + bitmap)
    }

    /// The length of the runs' payload.
    var runsLength: Int64 {
        var length = 0
        var cursor = position
        for range in finished {
            length += Sextets.width(of: range.lowerBound - cursor - 1)
            length += Sextets.width(of: range.upperBound - range.lowerBound - 1)
            cursor = range.upperBound
        }
        return Int64(length)
    }

    /// The map as an offset's metadata, at most `maximumLength` bytes; nil when no encoding of it is that short.
    public var text: String? {
        guard let (encoding, length) = shortest else { return "" }
        guard length <= Self.maximumLength else { return nil }
        return text(in: encoding)
    }

    /// The text in one encoding, which must be short enough to be worth it: a bitmap is as long as the span.
    func text(in encoding: Encoding) -> String {
        let payload =
            switch encoding {
            case .runs: runsPayload
            case .bitmap: bitmapPayload
            }
        let sum = Checksum.characters(format: encoding.format[...], position: position, payload: payload[...])
        return String(decoding: encoding.format + sum + payload, as: UTF8.self)
    }

    private var runsPayload: [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(Self.maximumLength)
        var cursor = position
        for range in finished {
            Sextets.append(range.lowerBound - cursor - 1, to: &payload)
            Sextets.append(range.upperBound - range.lowerBound - 1, to: &payload)
            cursor = range.upperBound
        }
        return payload
    }

    private var bitmapPayload: [UInt8] {
        var sextets = [UInt8](repeating: 0, count: Int((span - 1 + 5) / 6))
        for range in finished {
            var bit = Int(range.lowerBound - position - 1)
            let end = Int(range.upperBound - position - 1)
            while bit < end {
                if bit % 6 == 0, end - bit >= 6 {
                    sextets[bit / 6] = 63
                    bit += 6
                } else {
                    sextets[bit / 6] |= 1 << UInt8(bit % 6)
                    bit += 1
                }
            }
        }
        for index in sextets.indices { sextets[index] = Sextets.alphabet[Int(sextets[index])] }
        return sextets
    }
}
