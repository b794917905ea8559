extension OffsetLedger {
    /// What becomes of a record that is to be finished if the map still fits.
    public enum Finishing: Sendable, Hashable {
        /// It is done now.
        case finished
        /// The map would be too long: nothing changed. Let it wait until older records are finished.
        case doesNotFit
        /// It was never begun, or is done already: nothing changed.
        case unknown
    }

    /// Marks a record as done if the map then still fits into an offset's metadata.
    ///
    /// The oldest unfinished record always fits: to finish it makes no map longer. So does each that lies at most
    /// `CommitMap.certainReach` beyond the commit position, as long as all that are finished do.
    public mutating func finishIfFits(_ offset: Int64) -> Finishing {
        guard let index = unfinished.index(of: offset) else { return .unknown }
        let isCertain = index == unfinished.head || max(reach - 1, offset) - commitPosition <= CommitMap.certainReach
        if !isCertain {
            var trial = self
            _ = trial.finish(offset)
            guard trial.map.length <= CommitMap.maximumLength else { return .doesNotFit }
        }
        _ = finish(offset)
        return .finished
    }
}
