/// Prometheus' text format 0.0.4, as its documentation "Exposition formats" says.
struct ExpositionText {
    private(set) var text = ""

    mutating func write(_ name: String, _ family: MetricFamily, limit: Int) {
        var observed: [Labels: Double] = [:]
        for (labels, value) in family.observe?() ?? [] where observed[labels] != nil || observed.count < limit {
            observed[labels] = value
        }
        guard !family.series.isEmpty || !observed.isEmpty else { return }
        text += "# HELP \(name) \(Self.escaped(family.help, quotes: false))\n# TYPE \(name) \(family.kind.rawValue)\n"
        for (labels, instrument) in family.series.sorted(by: { $0.key < $1.key }) where observed[labels] == nil {
            switch instrument {
            case .counter(let counter): sample(name, labels, String(counter.value))
            case .gauge(let gauge): sample(name, labels, Self.number(gauge.value))
            case .histogram(let histogram): write(name, labels, histogram)
            }
        }
        for (labels, value) in observed.sorted(by: { $0.key < $1.key }) {
            sample(name, labels, Self.number(value))
        }
    }

    private mutating func write(_ name: String, _ labels: Labels, _ histogram: Histogram) {
        let (cumulative, sum) = histogram.snapshot
        for (bound, count) in zip(histogram.bounds.map(Self.number) + ["+Inf"], cumulative) {
            sample("\(name)_bucket", labels, String(count), bound: bound)
        }
        sample("\(name)_sum", labels, Self.number(sum))
        sample("\(name)_count", labels, String(cumulative[cumulative.count - 1]))
    }

    private mutating func sample(_ name: String, _ labels: Labels, _ value: String, bound: String? = nil) {
        var pairs = labels.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
        if let bound { pairs.append("le=\"\(bound)\"") }
        text += pairs.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs.joined(separator: ","))} \(value)\n"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : value.description
    }
}
