/// Subject and model say different things; thrown, so that a long random test ends at the first.
struct Disagreement: Error {
    var seed: UInt64
    var about = ""
}
