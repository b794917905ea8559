import Seams

/// The pause before what was refused is tried again: doubles with each refusal up to ten seconds, and is jittered.
struct RetryPause {
    private static let longest = Duration.seconds(10)

    private var refusals = 0
    /// When the pause ends; nil while there is none.
    private(set) var end: Moment?

    /// Begins the next, longer pause.
    mutating func grow(at now: Moment, random: any RandomSource) {
        refusals += 1
        let length = min(Self.longest, .milliseconds(100) * (1 << min(refusals, 10)))
        end = now + length / 2 + random.duration(upTo: length / 2)
    }
}
