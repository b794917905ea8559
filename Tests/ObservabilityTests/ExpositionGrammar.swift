/// A strict reader of Prometheus' text format 0.0.4, written from its documentation.
struct ExpositionGrammar {
    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    struct Sample: Equatable {
        var name: String
        var labels: [[String]]
        var value: String
    }

    private(set) var types: [String: String] = [:]
    private(set) var helps: [String: String] = [:]
    private(set) var samples: [Sample] = []

    init(_ text: String) throws {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Violation(description: "no line break at the end") }
        var current = ""
        var finished: Set<String> = []
        // By scalars: a carriage return followed by a line break is one character to Swift, but not to Prometheus.
        for line in text.unicodeScalars.split(separator: "\n").map({ String($0) }) {
            var reader = Reader(line: line)
            if reader.skip("# HELP ") {
                let name = try reader.name()
                guard helps[name] == nil, reader.skip(" ") else { throw Violation(description: line) }
                helps[name] = try reader.unescape(until: nil, escapes: ["\\": "\\", "n": "\n"])
            } else if reader.skip("# TYPE ") {
                let name = try reader.name()
                guard types[name] == nil, finished.insert(name).inserted, reader.skip(" ") else {
                    throw Violation(description: line)
                }
                types[name] = reader.rest
                current = name
            } else {
                let sample = try Self.sample(&reader)
                let suffixes = types[current] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { current + $0 == sample.name }) else {
                    throw Violation(description: "not below its # TYPE: \(line)")
                }
                guard !samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels }) else {
                    throw Violation(description: "twice: \(line)")
                }
                samples.append(sample)
            }
        }
    }

    private static func sample(_ reader: inout Reader) throws -> Sample {
        let name = try reader.name()
        var labels: [[String]] = []
        if reader.skip("{") {
            repeat {
                let label = try reader.name()
                guard reader.skip("=\"") else { throw Violation(description: reader.line) }
                labels.append([
                    label, try reader.unescape(until: "\"", escapes: ["\\": "\\", "n": "\n", "\"": "\""]),
                ])
            } while reader.skip(",")
            guard reader.skip("}") else { throw Violation(description: reader.line) }
        }
        guard reader.skip(" "), ["NaN", "+Inf", "-Inf"].contains(reader.rest) || Double(reader.rest) != nil else {
            throw Violation(description: reader.line)
        }
        return Sample(name: name, labels: labels, value: reader.rest)
    }

    private struct Reader {
        let line: String
        private var scalars: Substring.UnicodeScalarView

        init(line: String) {
            self.line = line
            scalars = line[...].unicodeScalars
        }

        var rest: String { String(String.UnicodeScalarView(scalars)) }

        mutating func skip(_ text: String) -> Bool {
            guard scalars.starts(with: text.unicodeScalars) else { return false }
            scalars.removeFirst(text.unicodeScalars.count)
            return true
        }

        mutating func name() throws -> String {
            let name = scalars.prefix {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789_:".unicodeScalars.contains($0))
            }
            guard let first = name.first, !"0123456789".unicodeScalars.contains(first) else {
                throw Violation(description: line)
            }
            scalars.removeFirst(name.count)
            return String(name)
        }

        mutating func unescape(until end: Unicode.Scalar?, escapes: [Unicode.Scalar: Unicode.Scalar]) throws -> String {
            var text = ""
            while let scalar = scalars.popFirst() {
                if scalar == end { return text }
                guard scalar == "\\" else {
                    text.unicodeScalars.append(scalar)
                    continue
                }
                guard let escaped = scalars.popFirst(), let meant = escapes[escaped] else {
                    throw Violation(description: line)
                }
                text.unicodeScalars.append(meant)
            }
            guard end == nil else { throw Violation(description: line) }
            return text
        }
    }
}
