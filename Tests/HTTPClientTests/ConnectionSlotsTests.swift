import Seams
import TestSupport
import Testing

@testable import HTTPClient

struct ConnectionSlotsTests {
    private typealias Slots = ConnectionSlots<Int, String>

    @Test func thoseWhoWaitTakeOverInTheOrderTheyCame() {
        var slots = Slots(limit: 2)
        let starts = (1...5).map { slots.arrive("\($0)", id: $0, origin: "a", deadline: 100) }
        #expect(starts == [true, true, false, false, false])
        #expect((0..<5).map { _ in slots.release(origin: "a") } == ["3", "4", "5", nil, nil])
        #expect(slots.arrive("6", id: 6, origin: "a", deadline: 100) == true)
    }

    @Test func originsDoNotWaitForEachOther() {
        var slots = Slots(limit: 1)
        #expect(slots.arrive("1", id: 1, origin: "a", deadline: 100) == true)
        #expect(slots.arrive("2", id: 2, origin: "b", deadline: 100) == true)
        #expect(slots.arrive("3", id: 3, origin: "b", deadline: 100) == false)
        #expect(slots.release(origin: "a") == nil)
        #expect(slots.release(origin: "b") == "3")
    }

    @Test func whoHasWithdrawnIsPassedOver() {
        var slots = Slots(limit: 1)
        for id in 1...4 { _ = slots.arrive("\(id)", id: id, origin: "a", deadline: 100) }
        #expect(slots.withdraw(id: 2, origin: "a") == "2")
        #expect(slots.withdraw(id: 2, origin: "a") == nil)
        #expect(slots.withdraw(id: 1, origin: "a") == nil)
        #expect(slots.withdraw(id: 4, origin: "b") == nil)
        #expect(slots.release(origin: "a") == "3")
        #expect(slots.withdraw(id: 3, origin: "a") == nil)
        #expect(slots.withdrawAll() == ["4"])
        #expect(slots.release(origin: "a") == nil)
    }

    @Test func whoHasWaitedTooLongIsTakenOut() {
        var slots = Slots(limit: 1)
        for (id, deadline) in [(1, 5), (2, 30), (3, 10), (4, 20)] as [(Int, Int64)] {
            _ = slots.arrive("\(id)", id: id, origin: "a", deadline: deadline)
        }
        #expect(slots.nextDeadline == 10)
        #expect(slots.expire(now: 9).isEmpty)
        #expect(slots.expire(now: 20) == ["3", "4"])
        #expect(slots.nextDeadline == 30)
        #expect(slots.release(origin: "a") == "2")
        #expect(slots.expire(now: 30).isEmpty)
        #expect(slots.nextDeadline == .max)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func nobodyIsLostAndNoMoreThanTheLimitAreActive(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var slots = Slots(limit: 3)
        var model: (active: Int, waiting: [(id: Int, deadline: Int64)]) = (0, [])
        for step in 0..<400 {
            let now = Int64(step)
            switch random.next() % 5 {
            case 0, 1:
                let deadline = now + Int64(random.next() % 60)
                let starts = slots.arrive("\(step)", id: step, origin: "a", deadline: deadline)
                #expect(starts == (model.active < 3))
                if starts { model.active += 1 } else { model.waiting.append((step, deadline)) }
            case 2 where model.active > 0:
                let next = slots.release(origin: "a")
                #expect(next == model.waiting.first.map { "\($0.id)" })
                if model.waiting.isEmpty { model.active -= 1 } else { model.waiting.removeFirst() }
            case 3 where !model.waiting.isEmpty:
                let index = Int(random.next() % UInt64(model.waiting.count))
                #expect(slots.withdraw(id: model.waiting[index].id, origin: "a") == "\(model.waiting[index].id)")
                model.waiting.remove(at: index)
            default:
                let expired = model.waiting.filter { $0.deadline <= now }.map { "\($0.id)" }
                #expect(slots.expire(now: now) == expired)
                model.waiting.removeAll { $0.deadline <= now }
            }
            #expect(slots.nextDeadline <= model.waiting.map(\.deadline).min() ?? .max)
        }
    }
}
