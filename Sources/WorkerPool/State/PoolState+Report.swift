import Seams

/// What the pool tells about itself.
extension PoolState {
    var pressure: PoolPressure {
        if isBufferFull { return .full(cause: .buffered) }
        return isParkingFull ? .full(cause: .parked) : .open
    }

    /// Full at the bound, open again at half of it, so that the source is not paused and resumed for every item.
    mutating func settlePressure() {
        isBufferFull = buffered > (isBufferFull ? limits.maxBuffered / 2 : limits.maxBuffered - 1)
        isParkingFull = parked > (isParkingFull ? limits.maxParked / 2 : limits.maxParked - 1)
    }

    /// Where the first item is that is meant; nil when the pool holds none. Linear in all items of the pool.
    func place(where isMeant: (Item) -> Bool) -> ItemPlace? {
        for lane in lanes {
            for index in 0..<lane.items.count where isMeant(lane.items[index]) {
                switch lane.phase {
                case .running(let inHand, _, _) where index < inHand: return .inHand
                case .parked(let reason): return .parked(reason)
                case .free, .ready, .running: return .waiting
                }
            }
        }
        return nil
    }

    var snapshot: PoolSnapshot {
        var longestReadySince: Moment?
        if let slot = ready.first, case .ready(let since) = lanes[slot].phase { longestReadySince = since }
        return PoolSnapshot(
            running: running, greatestRunning: greatestRunning, limit: limit, lanes: slots.count,
            readyLanes: ready.count, longestReadySince: longestReadySince, buffered: buffered, parked: parked,
            parkedLanes: parkedLanes.mapValues(\.count), nextWakeUp: wakeUps.earliest, dropped: dropped,
            pressure: pressure)
    }
}
