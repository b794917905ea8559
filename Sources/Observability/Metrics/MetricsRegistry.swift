import Synchronization

/// All metrics of a process, in the shape of the Prometheus client: instruments are made once, kept by who uses them,
/// and written out on demand.
///
/// Asking again for the same name and labels gives the same instrument. A name must be of one kind; a name, a label or
/// a bound that Prometheus would refuse traps, since only the author of the metric chooses them.
public final class MetricsRegistry: Sendable {
    private let families = Mutex<[String: MetricFamily]>([:])
    private let seriesLimit: Int

    /// The media type of `exposition`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Makes an empty registry.
    ///
    /// - Parameter seriesLimit: how many series one metric may have. Further ones are all counted in one more series,
    ///   whose labels have the value `other`: a label that grows without end costs precision, not memory.
    public init(seriesLimit: Int = 1000) {
        self.seriesLimit = seriesLimit
    }

    /// A counter; its name ends in `_total` by custom.
    public func makeCounter(name: String, help: String, labels: Labels = [:]) -> Counter {
        let instrument = instrument(name, .counter, help, labels) { .counter(Counter()) }
        guard case .counter(let counter) = instrument else { Self.refuse(name) }
        return counter
    }

    /// A gauge that is set.
    public func makeGauge(name: String, help: String, labels: Labels = [:]) -> Gauge {
        let instrument = instrument(name, .gauge, help, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = instrument else { Self.refuse(name) }
        return gauge
    }

    /// A gauge that is computed whenever the metrics are written. `value` is called from any thread and outside of
    /// locks; nil leaves the gauge out. A second call with the same name replaces the first.
    public func observeGauge(name: String, help: String, value: @escaping @Sendable () -> Double?) {
        observeGauges(name: name, help: help) {
            guard let value = value() else { return [] }
            return [(labels: Labels(), value: value)]
        }
    }

    /// Gauges with labels that are computed whenever the metrics are written, such as one for each assigned partition.
    /// Series beyond the limit are left out; of two with the same labels the later counts.
    public func observeGauges(
        name: String, help: String, values: @escaping @Sendable () -> [(labels: Labels, value: Double)]
    ) {
        observe(.gauge, name, help, values)
    }

    /// Counters that are kept elsewhere and computed as `observeGauges` does it: no value may ever go down.
    public func observeCounters(
        name: String, help: String, values: @escaping @Sendable () -> [(labels: Labels, value: Double)]
    ) {
        observe(.counter, name, help, values)
    }

    private func observe(
        _ kind: MetricFamily.Kind, _ name: String, _ help: String,
        _ values: @escaping @Sendable () -> [(labels: Labels, value: Double)]
    ) {
        families.withLock { families in
            Self.prepare(name, kind, help, &families)
            families[name]?.observe = values
        }
    }

    /// A histogram of values, in seconds where it measures time.
    ///
    /// - Parameter bounds: upper bounds of the buckets, ascending and finite; a last one without a bound is added. Those
    ///   of the first call for a name count for all its series.
    public func makeHistogram(
        name: String, help: String, labels: Labels = [:], bounds: [Double] = Histogram.requestBounds
    ) -> Histogram {
        precondition(
            bounds.allSatisfy(\.isFinite) && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 },
            "\(name): the bounds must be finite and ascending")
        let instrument = instrument(name, .histogram, help, labels) { .histogram(Histogram(bounds: bounds)) }
        guard case .histogram(let histogram) = instrument else { Self.refuse(name) }
        return histogram
    }

    /// All metrics in Prometheus' text format 0.0.4, by name and labels.
    public var exposition: String {
        let snapshot = families.withLock { $0 }
        var text = ExpositionText()
        for (name, family) in snapshot.sorted(by: { $0.key < $1.key }) {
            text.write(name, family, limit: seriesLimit)
        }
        return text.text
    }

    private func instrument(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ labels: Labels,
        make: () -> MetricFamily.Instrument
    ) -> MetricFamily.Instrument {
        families.withLock { families in
            Self.prepare(name, kind, help, &families)
            let labels = families[name]?.admitted(labels, limit: seriesLimit) ?? labels
            if let known = families[name]?.series[labels] { return known }
            var made = make()
            // All series of a histogram must have the same buckets, or sums over them mean nothing.
            if case .histogram(let first)? = families[name]?.series.values.first {
                made = .histogram(Histogram(bounds: first.bounds))
            }
            families[name]?.series[labels] = made
            return made
        }
    }

    private static func prepare(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ families: inout [String: MetricFamily]
    ) {
        if let family = families[name] {
            precondition(family.kind == kind, "\(name) is a \(family.kind) already")
        } else {
            precondition(isValid(name), "\(name) is not a metric's name")
            families[name] = MetricFamily(kind: kind, help: help)
        }
    }

    private static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, !(48...57).contains(first) else { return false }
        return bytes.allSatisfy {
            (48...58).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
        }
    }

    private static func refuse(_ name: String) -> Never {
        preconditionFailure("\(name) is of another kind")
    }
}
