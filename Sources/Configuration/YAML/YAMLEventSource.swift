import CYAML

/// What libyaml reports, one step at a time.
enum YAMLEvent {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias
    case scalar(String, isPlain: Bool, hasAnchor: Bool, hasTag: Bool)
    case sequenceStart(hasAnchor: Bool, hasTag: Bool)
    case sequenceEnd
    case mappingStart(hasAnchor: Bool, hasTag: Bool)
    case mappingEnd
}

/// Owns a libyaml parser over bytes that outlive it.
///
/// The event interface of libyaml keeps its state in a growing array of its own, not on our stack, and expands no alias:
/// deep nesting and alias bombs cost nothing before we refuse them.
struct YAMLEventSource: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Begins to read `bytes`, which must stay where they are for as long as this lives.
    init(bytes: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(message: "out of memory", position: FilePosition(line: 1, column: 1))
        }
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event and where it begins. Must not be called after `streamEnd`.
    func next() throws(YAMLError) -> (event: YAMLEvent, position: FilePosition) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { yaml_event_delete(&event) }
        return (translated(event), FilePosition(event.start_mark))
    }

    private func translated(_ event: yaml_event_t) -> YAMLEvent {
        switch event.type {
        case YAML_STREAM_START_EVENT, YAML_NO_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return .scalar(
                text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE, hasAnchor: scalar.anchor != nil,
                hasTag: scalar.tag != nil)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(hasAnchor: start.anchor != nil, hasTag: start.tag != nil)
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(hasAnchor: start.anchor != nil, hasTag: start.tag != nil)
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return .streamEnd
        }
    }

    /// libyaml's own words, and where they point; its `problem` is a constant that quotes nothing of the file.
    private var failure: YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "not readable as YAML"
        if parser.pointee.error == YAML_READER_ERROR {
            return YAMLError(
                message: "not text in UTF-8: \(problem) (byte \(parser.pointee.problem_offset))",
                position: FilePosition(parser.pointee.mark))
        }
        let context = parser.pointee.context.map { String(cString: $0) + ": " } ?? ""
        return YAMLError(message: context + problem, position: FilePosition(parser.pointee.problem_mark))
    }
}

extension FilePosition {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}

/// The version of libyaml that is in use, such as `0.2.5`.
public var libyamlVersion: String { String(cString: yaml_get_version_string()) }
