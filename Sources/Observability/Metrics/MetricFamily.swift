/// All series of one metric.
struct MetricFamily {
    /// What measures one series.
    enum Instrument {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
    }

    /// The kinds as the exposition names them.
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    var kind: Kind
    var help: String
    var series: [Labels: Instrument] = [:]
    /// Reads series at exposition time instead of keeping them.
    var observe: (@Sendable () -> [(labels: Labels, value: Double)])?

    /// The labels under which a series is kept: beyond `limit` series, all new ones share one.
    func admitted(_ labels: Labels, limit: Int) -> Labels {
        series[labels] != nil || series.count < limit ? labels : labels.overflow
    }
}
