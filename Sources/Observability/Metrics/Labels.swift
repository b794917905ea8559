/// Names with values that tell one series of a metric from the others.
///
/// Values must come from a small set (a status, a topic, a partition), never from a record or a person.
public struct Labels: Sendable, Hashable, Comparable, ExpressibleByDictionaryLiteral {
    struct Label: Sendable, Hashable {
        var name: String
        var value: String
    }

    /// By name.
    let labels: [Label]

    /// Labels of a literal. The names must be distinct and valid (`[a-zA-Z_][a-zA-Z0-9_]*`, not `le`), which only the
    /// author of the metric decides; values may be any text.
    public init(dictionaryLiteral elements: (String, String)...) {
        labels = elements.map { Label(name: $0.0, value: $0.1) }.sorted { $0.name < $1.name }
        precondition(labels.allSatisfy { Self.isValid($0.name) }, "a label has an invalid name")
        precondition(Set(labels.map(\.name)).count == labels.count, "two labels have the same name")
    }

    /// No labels: the metric has one series.
    public init() {
        labels = []
    }

    private init(sorted labels: [Label]) {
        self.labels = labels
    }

    /// The labels of the series that takes what is beyond the bound: the same names, each with the value `other`.
    var overflow: Labels {
        Labels(sorted: labels.map { Label(name: $0.name, value: "other") })
    }

    /// By the values, so that series of one metric have an order.
    public static func < (left: Labels, right: Labels) -> Bool {
        let (left, right) = (left.labels, right.labels)
        for (one, other) in zip(left, right) where one != other {
            return (one.name, one.value) < (other.name, other.value)
        }
        return left.count < right.count
    }

    private static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, !(48...57).contains(first), name != "le", !name.hasPrefix("__") else {
            return false
        }
        return bytes.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
        }
    }
}
