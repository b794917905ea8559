import Seams

/// How many requests may be on the wire at once, by what latency says of the API's load. Pure.
///
/// The algorithm is Gradient2 of Netflix' concurrency-limits (github.com/Netflix/concurrency-limits, `Gradient2Limit`,
/// and "Performance Under Load" on its technology blog): at the end of each window of answers
///
///     gradient = max(0.5, min(1, tolerance * baseline latency / latency))
///     limit = 0.8 * limit + 0.2 * (gradient * limit + √limit)
///
/// with these differences:
/// * latency is that of a window's middle third, so that slow or hung minorities do not count;
/// * each operation has a latency and a baseline of its own, and the gradient is their mean: else more writes, which take
///   longer than reads, would look like saturation;
/// * until latency first rises the limit grows by a quarter per window (a slow start as TCP has it);
/// * the baseline hardly rises while the limit is in use, or saturation would become what is normal. Instead it is
///   measured anew now and then with half of the limit, where latency holds the limit down: the probe of that
///   library's first `GradientLimit`.
struct ConcurrencyLimit: Sendable {
    private struct Timing {
        var latencies = SampledMiddle()
        /// Seconds. The first window is none: it ends with the fastest of those that were sent together.
        var baseline: Double?
        var isWarm = false

        var isKnown: Bool { latencies.count >= ConcurrencyLimit.leastOfAnOperation }
    }

    private struct Probe {
        var began: Moment
        /// When so few were on the wire for the first time; only calls of later count.
        var settled: Moment?
        var limit: Double
    }

    /// One operation's answers in a window, or a window's time, are too few to tell anything below.
    private static let leastOfAnOperation = 5
    private static let leastAnswers = 10
    private static let leastTime = Duration.milliseconds(100)
    private static let tolerance = 1.25
    private static let smoothing = 0.2
    private static let startingGrowth = 1.25
    private static let probeInterval = Duration.seconds(10)
    private static let longestProbe = Duration.seconds(3)

    private let most: Int
    private let isAdaptive: Bool
    /// It does not shrink below, once it was there.
    private let floor: Double
    private var estimate: Double
    private var lowest: Double
    private var isStarting = true
    private var throttledSince: Moment?
    private var probe: Probe?

    /// By operation.
    private var timings = APIOperation.allCases.map { _ in Timing() }
    private var answers = 0
    private var timeOuts = 0
    private var peak = 0
    /// Seconds that the slowest operation took in the last window.
    private var usual = 0.0
    private var windowStart: Moment?

    /// - Parameters:
    ///   - most: What it never exceeds; at least 1.
    ///   - isAdaptive: Whether it is ever less.
    init(most: Int, isAdaptive: Bool) {
        self.most = max(most, 1)
        self.isAdaptive = isAdaptive
        let greatest = Double(self.most)
        floor = min(max(4, greatest / 10), greatest)
        estimate = min(20, greatest)
        lowest = min(floor, estimate)
    }

    /// How many may be on the wire now.
    var limit: Int {
        guard isAdaptive else { return most }
        return min(max(Int(probe?.limit ?? estimate), 1), most)
    }

    /// A call was answered.
    ///
    /// - Parameter onWire: How many were on the wire until then, it included.
    mutating func answered(_ operation: APIOperation, after latency: Duration, onWire: Int, at now: Moment) {
        guard isAdaptive else { return }
        if probe != nil {
            answeredProbe(operation, after: latency, onWire: onWire, at: now)
        } else {
            add(latency, of: operation)
            peak = max(peak, onWire)
            endWindow(at: now)
        }
    }

    private mutating func add(_ latency: Duration, of operation: APIOperation) {
        timings[Int(operation.rawValue)].latencies.add(max(latency.inSeconds, 1e-6))
        answers += 1
    }

    /// A call had no answer in time.
    mutating func timedOut(at now: Moment) {
        guard isAdaptive else { return }
        timeOuts += 1
        endWindow(at: now)
    }

    private mutating func endWindow(at now: Moment) {
        let start = windowStart ?? now
        windowStart = start
        let ends = answers + timeOuts
        // More of a large limit, so that chance weighs less where there is more to lose.
        guard ends >= max(Self.leastAnswers, min(64, Int(estimate / 4))), now - start >= Self.leastTime else { return }
        // Beyond a third it is the API, not single calls.
        if timeOuts * 3 >= ends {
            probe = nil
            isStarting = false
            set(estimate / 2)
        } else {
            guard probe == nil else { return }
            adjust(at: now)
        }
        beginWindow(at: now)
    }

    private mutating func beginWindow(at now: Moment) {
        for index in timings.indices { timings[index].latencies = SampledMiddle() }
        (answers, timeOuts, peak, windowStart) = (0, 0, 0, now)
    }

    private mutating func adjust(at now: Moment) {
        let isInUse = Double(peak) >= estimate / 2
        var (sum, weight) = (0.0, 0.0)
        usual = 0
        for index in timings.indices where timings[index].isKnown {
            guard timings[index].isWarm else {
                timings[index].isWarm = true
                continue
            }
            let latency = timings[index].latencies.mean
            usual = max(usual, latency)
            let base = timings[index].baseline ?? latency
            let gradient = max(0.5, min(1, Self.tolerance * base / latency))
            sum += gradient * Double(timings[index].latencies.count)
            weight += Double(timings[index].latencies.count)
            let pull: Double
            if !isInUse {
                // What is seen is no queue.
                pull = 1.0 / 20
            } else if latency < base {
                pull = 1.0 / 50
            } else {
                // Netflix' 600 windows; not at all while latency holds the limit down.
                pull = gradient < 1 ? 0 : 1.0 / 600
            }
            timings[index].baseline = base + (latency - base) * pull
        }
        // With room to spare neither growth nor shrinking would change anything.
        guard isInUse, weight > 0 else { return }
        let gradient = sum / weight
        if gradient < 1 {
            isStarting = false
            let since = throttledSince ?? now
            throttledSince = since
            if now - since >= Self.probeInterval { return beginProbe(at: now) }
        }
        let target = isStarting ? estimate * Self.startingGrowth : estimate * gradient + estimate.squareRoot()
        set(isStarting ? target : estimate + (target - estimate) * Self.smoothing)
    }

    private mutating func set(_ value: Double) {
        estimate = min(max(value, lowest), Double(most))
        lowest = max(lowest, min(floor, estimate))
        if estimate == Double(most) { throttledSince = nil }
    }

    private mutating func beginProbe(at now: Moment) {
        throttledSince = now
        probe = Probe(began: now, limit: max(estimate / 2, 1))
    }

    private mutating func answeredProbe(_ operation: APIOperation, after latency: Duration, onWire: Int, at now: Moment)
    {
        guard var current = probe else { return }
        if current.settled == nil, Double(onWire) <= current.limit + 1 {
            current.settled = now
            probe = current
        }
        if let settled = current.settled, now - latency >= settled { add(latency, of: operation) }
        // Long enough for more than the fastest of those that were sent since.
        let isLong = current.settled.map { (now - $0).inSeconds >= max(2 * usual, Self.leastTime.inSeconds) } ?? false
        let isMeasured = answers >= Self.leastAnswers && isLong
        guard isMeasured || now - current.began >= Self.longestProbe else { return }
        for index in timings.indices where timings[index].isKnown {
            let base = timings[index].latencies.mean
            // The API itself has become slower, so there is room above once more.
            if let before = timings[index].baseline, base > before * Self.tolerance { isStarting = true }
            timings[index].baseline = base
        }
        probe = nil
        beginWindow(at: now)
    }
}
