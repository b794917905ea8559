import Seams

/// The scheduler's clock, as one process sees it.
///
/// Unchecked: it belongs to its scheduler's thread.
struct SimulatedTime: TimeSource, @unchecked Sendable {
    let process: SimulatedProcess

    private static let origin = WallTime(milliseconds: 1_790_000_000_000)

    var now: Moment {
        precondition(process.scheduler.isOnThread, "a simulated process reads the clock on a thread of its own")
        return process.scheduler.now
    }

    var wallTime: WallTime {
        Self.wallTime(at: now)
    }

    /// What the wall clock of all processes says then.
    static func wallTime(at moment: Moment) -> WallTime {
        WallTime(milliseconds: origin.milliseconds + (moment - .start).wholeMilliseconds)
    }

    func sleep(until deadline: Moment) async throws {
        let place = CancellationPlace<Bool>()
        let isOver = await withTaskCancellationHandler {
            await process.reply(buried: false) { reply in
                if place.hold(reply) { return reply.give(false) }
                process.scheduler.at(max(deadline, now), process) { reply.give(true) }
            }
        } onCancel: {
            place.cancel(giving: false)
        }
        if !isOver { throw CancellationError() }
    }
}

/// Where a cancellation finds the reply that it ends, whichever of the two comes first.
///
/// Unchecked: it belongs to its scheduler's thread.
final class CancellationPlace<Value>: @unchecked Sendable {
    private var reply: Reply<Value>?
    private var isCancelled = false

    /// True when it was cancelled already.
    func hold(_ reply: Reply<Value>) -> Bool {
        self.reply = reply
        return isCancelled
    }

    func cancel(giving value: Value) {
        isCancelled = true
        reply?.give(value)
    }
}
