import GenesysCloud

/// A share that stays the whole quota.
struct SabotagedQuota: QuotaGoverning {
    let inner: any QuotaGoverning

    func setShare(_ share: RequestShare) {
        inner.setShare(share == .none ? .none : .whole)
    }

    var pollsPerMinute: Double? { inner.pollsPerMinute }

    func observeRoom(_ body: @escaping @Sendable (Int) -> Void) {
        inner.observeRoom(body)
    }
}
