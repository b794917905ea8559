import Observability
import Testing

@Suite(.timeLimit(.minutes(2))) struct MetricsRegistryTests {
    @Test func theExpositionIsSortedAndComplete() throws {
        let registry = MetricsRegistry()
        registry.makeCounter(name: "b_total", help: "Bs.", labels: ["status": "failed"]).increment(by: 2)
        registry.makeCounter(name: "b_total", help: "Bs.", labels: ["status": "applied"]).increment()
        registry.makeGauge(name: "a", help: "As.").set(1.5)
        let histogram = registry.makeHistogram(
            name: "c_seconds", help: "Cs.", labels: ["step": "get"], bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 1, 7] { histogram.record(value) }
        registry.observeGauge(name: "d", help: "Ds.") { 4 }
        registry.observeGauges(name: "e", help: "Es.") { [(["p": "1"], 8), (["p": "0"], 9)] }
        registry.observeGauge(name: "f", help: "Fs.") { nil }
        #expect(
            registry.exposition == """
                # HELP a As.
                # TYPE a gauge
                a 1.5
                # HELP b_total Bs.
                # TYPE b_total counter
                b_total{status="applied"} 1
                b_total{status="failed"} 2
                # HELP c_seconds Cs.
                # TYPE c_seconds histogram
                c_seconds_bucket{step="get",le="0.1"} 2
                c_seconds_bucket{step="get",le="1"} 4
                c_seconds_bucket{step="get",le="+Inf"} 5
                c_seconds_sum{step="get"} 8.65
                c_seconds_count{step="get"} 5
                # HELP d Ds.
                # TYPE d gauge
                d 4
                # HELP e Es.
                # TYPE e gauge
                e{p="0"} 9
                e{p="1"} 8

                """)
        _ = try ExpositionGrammar(registry.exposition)
    }

    @Test func hostileTextComesBackUnchanged() throws {
        let hostile = [
            "", "\"", "\\", "\n", "\r\n", "\\n", "a\"} 1\nforged 2", "{x=\"y\"}", "Zoë 👩‍👩‍👧", "\u{0}\u{1B}[0m", "e\u{301}",
        ]
        let registry = MetricsRegistry()
        for value in hostile {
            registry.makeCounter(name: "x_total", help: "a\\b\nc\"d", labels: ["v": value, "w": "1"]).increment()
        }
        let grammar = try ExpositionGrammar(registry.exposition)
        #expect(grammar.helps == ["x_total": "a\\b\nc\"d"])
        #expect(Set(grammar.samples.map { Array($0.labels[0][1].utf8) }) == Set(hostile.map { Array($0.utf8) }))
        #expect(grammar.samples.allSatisfy { $0.value == "1" })
    }

    @Test(arguments: [
        (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (-0.5, "-0.5"), (1e300, "1e+300"),
        (1_000_000, "1000000"), (0, "0"), (1e-9, "1e-09"),
    ])
    func numbersAreWrittenAsPrometheusReadsThem(_ value: Double, _ text: String) throws {
        let registry = MetricsRegistry()
        registry.makeGauge(name: "x", help: "X.").set(value)
        #expect(try ExpositionGrammar(registry.exposition).samples.map(\.value) == [text])
    }

    @Test func labelsWithoutEndEndInOneSeries() throws {
        let registry = MetricsRegistry(seriesLimit: 10)
        for number in 0..<1000 {
            registry.makeCounter(name: "x_total", help: "X.", labels: ["id": "\(number)"]).increment()
        }
        registry.makeCounter(name: "x_total", help: "X.", labels: ["id": "3"]).increment()
        let samples = try ExpositionGrammar(registry.exposition).samples
        #expect(samples.count == 11)
        #expect(samples.first { $0.labels == [["id", "other"]] }?.value == "990")
        #expect(samples.first { $0.labels == [["id", "3"]] }?.value == "2")
        registry.observeGauges(name: "y", help: "Y.") { (0..<1000).map { (["id": "\($0)"], 1) } }
        #expect(try ExpositionGrammar(registry.exposition).samples.count { $0.name == "y" } == 10)
    }

    @Test func theSameNameAndLabelsAreTheSameInstrument() {
        let registry = MetricsRegistry()
        let one = registry.makeCounter(name: "x_total", help: "X.", labels: ["a": "1", "b": "2"])
        let other = registry.makeCounter(name: "x_total", help: "X.", labels: ["b": "2", "a": "1"])
        #expect(one === other)
        one.increment()
        one.increment(by: -5)
        #expect(other.value == 1)
    }

    @Test func gaugesRiseAndFall() {
        let gauge = MetricsRegistry().makeGauge(name: "x", help: "X.")
        gauge.increment()
        gauge.increment(by: 4)
        gauge.decrement(by: 2)
        gauge.add(0.5)
        #expect(gauge.value == 3.5)
        gauge.set(7)
        #expect(gauge.value == 7)
    }

    @Test func histogramsOfOneNameShareTheirBounds() throws {
        let registry = MetricsRegistry()
        registry.makeHistogram(name: "x", help: "X.", labels: ["a": "1"], bounds: [1]).record(.milliseconds(1500))
        registry.makeHistogram(name: "x", help: "X.", labels: ["a": "2"], bounds: [2, 3]).record(.nan)
        let samples = try ExpositionGrammar(registry.exposition).samples
        #expect(samples.filter { $0.name == "x_bucket" }.map { $0.labels[1][1] } == ["1", "+Inf", "1", "+Inf"])
        #expect(samples.filter { $0.name == "x_sum" }.map(\.value) == ["1.5", "0"])
        #expect(samples.filter { $0.name == "x_count" }.map(\.value) == ["1", "0"])
    }

    @Test func nothingIsLostWhenManyCountAtOnce() async throws {
        let registry = MetricsRegistry()
        let counter = registry.makeCounter(name: "x_total", help: "X.")
        let gauge = registry.makeGauge(name: "y", help: "Y.")
        let histogram = registry.makeHistogram(name: "z", help: "Z.", bounds: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<5000 {
                        counter.increment()
                        gauge.increment()
                        histogram.record(0.5)
                    }
                }
            }
        }
        let samples = try ExpositionGrammar(registry.exposition).samples
        #expect(counter.value == 40_000)
        #expect(gauge.value == 40_000)
        #expect(samples.filter { $0.name.hasPrefix("z") }.map(\.value) == ["40000", "40000", "20000", "40000"])
    }

    @Test func anObserverMayUseTheRegistry() {
        let registry = MetricsRegistry()
        registry.observeGauge(name: "x", help: "X.") {
            Double(registry.makeCounter(name: "y_total", help: "Y.").value)
        }
        #expect(registry.exposition.contains("x 0\n"))
    }
}
