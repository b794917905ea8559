extension CommitMap {
    /// Reads the metadata of the offset `position`; a text that is empty or absent is a map of nothing.
    ///
    /// No text makes it trap.
    ///
    /// - Throws: Why it is no map of ours for this offset. Ignore it then with a warning, and go on with
    ///   `CommitMap(position:)`: what was finished beyond the position is done again.
    public init(text: String?, position: Int64) throws(CommitMapFault) {
        guard let text, !text.isEmpty else {
            self.init(position: position)
            return
        }
        let head = Array(text.utf8.prefix(Self.maximumLength + 1))
        guard head.count <= Self.maximumLength else { throw .tooLong }
        guard let encoding = Encoding.allCases.first(where: { head.starts(with: $0.format) }) else {
            throw .unknownFormat
        }
        guard head.count >= Self.headerLength else { throw .mismatch }
        let payload = head[Self.headerLength...]
        let sum = Checksum.characters(format: head[..<2], position: position, payload: payload)
        guard head[2..<Self.headerLength].elementsEqual(sum) else { throw .mismatch }
        // A checksum may fit by chance, or by another program's intention.
        let finished =
            switch encoding {
            case .runs: Self.ranges(ofRuns: payload, from: position)
            case .bitmap: Self.ranges(ofBitmap: payload, from: position)
            }
        guard position >= 0, let finished, !finished.isEmpty else { throw .malformed }
        self.init(position: position, finished: finished)
    }

    private static func ranges(ofRuns payload: ArraySlice<UInt8>, from position: Int64) -> [Range<Int64>]? {
        var rest = payload
        var cursor = position
        var finished: [Range<Int64>] = []
        while !rest.isEmpty {
            guard let lower = end(ofRun: &rest, from: cursor), let upper = end(ofRun: &rest, from: lower) else {
                return nil
            }
            finished.append(lower..<upper)
            cursor = upper
        }
        return finished
    }

    /// Where the run ends that begins at `start`.
    private static func end(ofRun rest: inout ArraySlice<UInt8>, from start: Int64) -> Int64? {
        guard let length = Sextets.takeNumber(from: &rest) else { return nil }
        // The length is one more, and the end is at most the largest integer.
        let (last, overflow) = start.addingReportingOverflow(length)
        return overflow || last == .max ? nil : last + 1
    }

    private static func ranges(ofBitmap payload: ArraySlice<UInt8>, from position: Int64) -> [Range<Int64>]? {
        guard position < .max - 6 * Int64(payload.count) - 1 else { return nil }
        var finished: [Range<Int64>] = []
        var cursor = position + 1
        for character in payload {
            guard var bits = Sextets.value(of: character) else { return nil }
            var offset = cursor
            while bits != 0 {
                if bits & 1 == 1 {
                    if let last = finished.last, last.upperBound == offset {
                        finished[finished.count - 1] = last.lowerBound..<offset + 1
                    } else {
                        finished.append(offset..<offset + 1)
                    }
                }
                bits >>= 1
                offset += 1
            }
            cursor += 6
        }
        return finished
    }
}
