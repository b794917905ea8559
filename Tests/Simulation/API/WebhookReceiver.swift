import Relay
import Seams

/// Who is told of the ends of purges: takes messages, sometimes fails, and keeps what it was told.
///
/// Unchecked: it belongs to its scheduler's thread.
final class WebhookReceiver: @unchecked Sendable {
    private let scheduler: Scheduler
    private let checks: Checks
    /// One message in so many is not answered with success, 0 for none.
    private let faults: Int
    /// The bodies that came, by the message's id.
    private(set) var bodies: [String: [[UInt8]]] = [:]
    private var failures: [String: Int] = [:]
    /// So often one message may fail: each time its sender waits twice as long.
    private static let mostFailures = 4

    init(_ scheduler: Scheduler, faults: Int, checks: Checks) {
        self.scheduler = scheduler
        self.faults = faults
        self.checks = checks
    }

    func receive(_ message: WebhookMessage, from process: SimulatedProcess, _ reply: Reply<WebhookResult>) {
        checks.purges?.sends(message, by: process)
        let mayFail = failures[message.id, default: 0] < Self.mostFailures && scheduler.chance.once(in: faults)
        let fault = mayFail ? scheduler.chance.below(3) : -1
        if mayFail { failures[message.id, default: 0] += 1 }
        scheduler.after(scheduler.chance.duration(1...200)) { [self] in
            // The first fault is one of the way there, the others of the way back.
            if fault != 0 { bodies[message.id, default: []].append(message.body) }
            scheduler.after(scheduler.chance.duration(1...200), process) {
                switch fault {
                case -1: reply.give(.delivered(status: 204))
                case 1: reply.give(.failed("the receiver answers with HTTP 500", status: 500))
                default: reply.give(.failed("no answer of the receiver", status: nil))
                }
            }
        }
    }
}

/// What sends a process's messages to the receiver.
struct SimulatedWebhooks: WebhookSending {
    let process: SimulatedProcess
    let receiver: WebhookReceiver
    let sabotage: Sabotage?

    func send(_ message: WebhookMessage) async -> WebhookResult {
        if sabotage == .feignsWebhooks { return .delivered(status: 204) }
        let broken = WebhookResult.failed("broken off", status: nil)
        let place = CancellationPlace<WebhookResult>()
        return await withTaskCancellationHandler {
            await process.reply(buried: broken) { reply in
                if place.hold(reply) { return reply.give(broken) }
                receiver.receive(message, from: process, reply)
            }
        } onCancel: {
            place.cancel(giving: broken)
        }
    }
}
