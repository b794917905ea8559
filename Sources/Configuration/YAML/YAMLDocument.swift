import CommandLineParsing

/// Reads the part of YAML that configuration files need: one document of mappings, sequences and scalars.
///
/// Anchors, aliases, tags, a second document, keys that are not text, keys given twice, nesting deeper than
/// `maximumDepth` and files larger than `maximumSize` are refused, each with its place.
public enum YAMLDocument {
    /// The deepest nesting that is read.
    public static let maximumDepth = 16
    /// The largest file that is read, in bytes.
    public static let maximumSize = 1 << 20

    /// Reads `bytes`; nil when there is nothing but white space and comments.
    public static func parse(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode? {
        guard bytes.count <= maximumSize else {
            throw YAMLError(
                message: "the file is larger than \(maximumSize) bytes", position: FilePosition(line: 1, column: 1))
        }
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<YAMLNode?, YAMLError> in
            do throws(YAMLError) {
                let source = try YAMLEventSource(bytes: buffer)
                return .success(try YAMLComposer.document(from: source))
            } catch {
                return .failure(explained(error, in: buffer))
            }
        }
        return try result.get()
    }

    /// Says "tab" where libyaml only says that a character cannot begin a token, or that an indent is wrong.
    private static func explained(_ error: YAMLError, in bytes: UnsafeBufferPointer<UInt8>) -> YAMLError {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.indices.contains(error.position.line - 1) else { return error }
        let indent = lines[error.position.line - 1].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard let tab = indent.firstIndex(of: UInt8(ascii: "\t")) else { return error }
        return YAMLError(
            message: "a tab in the indentation; YAML is indented with spaces",
            position: FilePosition(line: error.position.line, column: tab - indent.startIndex + 1))
    }
}

/// Builds nodes from events. Recursion is bounded by `YAMLDocument.maximumDepth`.
private enum YAMLComposer {
    static func document(from source: borrowing YAMLEventSource) throws(YAMLError) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let (event, position) = try source.next()
            switch event {
            case .streamEnd: return root
            case .documentStart where root != nil:
                throw YAMLError(message: "a second document; one file holds one", position: position)
            case .streamStart, .documentStart, .documentEnd: continue
            default: root = try node(event, position, from: source, depth: 1)
            }
        }
    }

    private static func node(
        _ event: YAMLEvent, _ position: FilePosition, from source: borrowing YAMLEventSource, depth: Int
    ) throws(YAMLError) -> YAMLNode {
        guard depth <= YAMLDocument.maximumDepth else {
            throw YAMLError(message: "nested deeper than \(YAMLDocument.maximumDepth) levels", position: position)
        }
        switch event {
        case .scalar(let text, let isPlain, let hasAnchor, let hasTag):
            try refuse(hasAnchor: hasAnchor, hasTag: hasTag, position)
            return YAMLNode(content: .scalar(text, isPlain: isPlain), position: position)
        case .sequenceStart(let hasAnchor, let hasTag):
            try refuse(hasAnchor: hasAnchor, hasTag: hasTag, position)
            var elements: [YAMLNode] = []
            while true {
                let (next, place) = try source.next()
                if case .sequenceEnd = next {
                    return YAMLNode(content: .sequence(elements), position: position)
                }
                elements.append(try node(next, place, from: source, depth: depth + 1))
            }
        case .mappingStart(let hasAnchor, let hasTag):
            try refuse(hasAnchor: hasAnchor, hasTag: hasTag, position)
            return YAMLNode(content: .mapping(try entries(from: source, depth: depth)), position: position)
        case .alias:
            throw YAMLError(message: "aliases are not supported; write the value out", position: position)
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            // libyaml's grammar yields a node here or fails; kept as an error so that no state of its can trap us.
            throw YAMLError(message: "a value is missing", position: position)
        }
    }

    private static func entries(
        from source: borrowing YAMLEventSource, depth: Int
    ) throws(YAMLError) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var lines: [String: Int] = [:]
        while true {
            let (event, position) = try source.next()
            if case .mappingEnd = event { return entries }
            guard case .scalar(let key, _, _, _) = try keyEvent(event, position) else {
                throw YAMLError(message: "a key must be plain text", position: position)
            }
            if let line = lines.updateValue(position.line, forKey: key) {
                throw YAMLError(
                    message: "'\(key.shortened)' is given twice; the first is in line \(line)", position: position)
            }
            let (next, place) = try source.next()
            let value = try node(next, place, from: source, depth: depth + 1)
            entries.append(YAMLNode.Entry(key: key, position: position, value: value))
        }
    }

    private static func keyEvent(_ event: YAMLEvent, _ position: FilePosition) throws(YAMLError) -> YAMLEvent {
        if case .scalar(_, _, let hasAnchor, let hasTag) = event {
            try refuse(hasAnchor: hasAnchor, hasTag: hasTag, position)
        }
        return event
    }

    private static func refuse(hasAnchor: Bool, hasTag: Bool, _ position: FilePosition) throws(YAMLError) {
        if hasAnchor {
            throw YAMLError(message: "anchors are not supported; write the value out", position: position)
        }
        if hasTag { throw YAMLError(message: "tags are not supported", position: position) }
    }
}
