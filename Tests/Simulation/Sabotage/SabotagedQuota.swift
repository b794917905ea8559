import GenesysCloud
import Seams

/// A share that stays the whole quota.
struct SabotagedQuota: QuotaGoverning {
    let inner: any QuotaGoverning

    func setShare(_ share: RequestShare) {
        inner.setShare(share == .none ? .none : .whole)
    }

    func holdNobody(beyond moment: Moment?) {
        inner.holdNobody(beyond: moment)
    }

    var pollsPerMinute: Double? { inner.pollsPerMinute }

    func observeRoom(_ body: @escaping @Sendable (Int) -> Void) {
        inner.observeRoom(body)
    }
}
