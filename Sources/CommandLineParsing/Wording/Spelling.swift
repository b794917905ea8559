/// Finds what a misspelt name was probably meant to be.
public enum Spelling {
    /// The nearest of `names` when it is near enough to be a slip: about one change in three letters, case apart.
    public static func guess(for word: String, among names: some Sequence<String>) -> String? {
        let wanted = Array(word.prefix(100).lowercased())
        guard wanted.count > 1 else { return nil }
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = distance(wanted, Array(name.lowercased()))
            if distance < best?.distance ?? (max(1, (wanted.count + 1) / 3) + 1) { best = (name, distance) }
        }
        return best?.name
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var older: [Int] = []
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
                var least = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, older[column - 1] + 1)
                }
                current.append(least)
            }
            (older, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
