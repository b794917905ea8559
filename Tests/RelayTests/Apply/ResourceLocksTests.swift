import GenesysCloud
import JSON
import TestSupport
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct ResourceLocksTests {
    /// Every write must build on the read right before it: nobody else's write in between.
    @Test(arguments: [1, 2, 3] as [UInt64]) func lanesByExternalIDAndByGenesysIDNeverOverlap(seed: UInt64) async {
        let bench = ApplierBench(.withContact())
        let random = SeededRandom(seed: seed)
        bench.api.pause { _ in for _ in 0..<random.below(6) { await Task.yield() } }
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<4 {
                group.addTask {
                    for number in 0..<25 {
                        let patch = #"{"metadata":{"lane\#(lane)":\#(number)}}"#
                        let byID = lane % 2 == 0
                        let result = await bench.apply(
                            contact(.updated, patch, externalID: byID ? nil : "x", id: byID ? "c-x" : nil))
                        #expect(result.words == ["updated"])
                    }
                }
            }
        }
        // A lost update would show as a lane whose last number is missing.
        for lane in 0..<4 { #expect(bench.contact()?["metadata"]?["lane\(lane)"]?.intValue == 24) }
        var readers = 0
        for call in bench.api.log where call.name == "c-x" {
            readers += call.verb == .get ? 1 : -1
            #expect(readers == 0 || readers == 1)
        }
    }

    @Test func everyWaiterIsServedOnce() async throws {
        let locks = ResourceLocks()
        let name = ResourceName(.contact, "c")
        let served = Counter()
        try await locks.acquire(name)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    guard (try? await locks.acquire(name)) != nil else { return }
                    _ = served.next()
                    locks.release(name)
                }
            }
            await turns(200)
            locks.release(name)
        }
        #expect(served.next() == 5)
        try await locks.acquire(name)
        locks.release(name)
    }

    @Test func aCancelledWaiterHoldsNothingAndHoldsUpNobody() async throws {
        let locks = ResourceLocks()
        let name = ResourceName(.contact, "c")
        try await locks.acquire(name)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<3 {
                group.addTask { (try? await locks.acquire(name)) != nil }
            }
            await turns(50)
            group.cancelAll()
            for await isTaken in group { #expect(!isTaken) }
        }
        locks.release(name)
        try await locks.acquire(name)
        try await locks.acquire(ResourceName(.organization, "c"))
        locks.release(name)
        locks.release(ResourceName(.organization, "c"))
    }
}
