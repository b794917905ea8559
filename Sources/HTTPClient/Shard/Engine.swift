import CCurl

/// A multi handle with everything that its thread alone touches. Made by one thread, then handed to the one that runs
/// it.
final class Engine {
    let mailbox: Mailbox
    private let settings: CurlTransport.Settings
    private let multi: UnsafeMutableRawPointer
    private let poller: Poller

    private var slots: ConnectionSlots<ObjectIdentifier, PendingExchange>
    private var running: [ObjectIdentifier: Transfer] = [:]
    private var idle: [Transfer] = []
    private var finished: [(pending: PendingExchange, result: ExchangeResult)] = []
    private var orders: [Order] = []
    /// When libcurl wants to be called without a descriptor being ready.
    private var timer: Int64?

    /// - Throws: `connectFailed` when the process lacks descriptors or memory.
    init(mailbox: Mailbox, settings: CurlTransport.Settings, connectionsPerHost: Int) throws(HTTPError) {
        self.mailbox = mailbox
        self.settings = settings
        slots = ConnectionSlots(limit: connectionsPerHost)
        poller = try Poller(wakeDescriptor: mailbox.descriptor)
        guard Curl.isReady, let multi = curl_multi_init() else { throw .noResources("libcurl") }
        self.multi = multi
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionsPerHost)
        let itself = Unmanaged.passUnretained(self).toOpaque()
        ccurl_multi_set_timer_function(
            multi,
            { _, milliseconds, engine in
                Engine.from(engine).timer =
                    milliseconds < 0 ? nil : MonotonicClock.now + Int64(milliseconds) * 1_000_000
                return 0
            }, itself)
        ccurl_multi_set_socket_function(
            multi,
            { _, descriptor, what, engine, _ in
                Engine.from(engine).poller.watch(
                    descriptor, read: what == CURL_POLL_IN || what == CURL_POLL_INOUT,
                    write: what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
                return 0
            }, itself)
    }

    /// The engine that libcurl hands back as context. It is alive while its multi handle is.
    private static func from(_ pointer: UnsafeMutableRawPointer?) -> Engine {
        Unmanaged<Engine>.fromOpaque(pointer!).takeUnretainedValue()
    }

    /// Works until the mailbox is closed. The last caller has its answer when this returns.
    func run() {
        var ready: [Poller.Readiness] = []
        while true {
            let isClosed = mailbox.take(into: &orders)
            takeOrders()
            if isClosed { break }
            drive()
            resumeFinished()
            poller.wait(milliseconds: mailbox.fallAsleep() ? patience : 0, into: &ready)
            for readiness in ready { act(on: readiness.descriptor, readiness.flags) }
        }
        dispose()
    }

    /// Ends whatever is under way and lets go of libcurl. Must be called once, also when `run` never was.
    func dispose() {
        abandonAll()
        curl_multi_cleanup(multi)
    }

    // MARK: Orders

    private func takeOrders() {
        for order in orders {
            switch order {
            case .start(let pending): admit(pending)
            case .cancel(let exchange): cancel(exchange)
            }
        }
        orders.removeAll(keepingCapacity: true)
    }

    private func admit(_ pending: PendingExchange) {
        let exchange = pending.exchange
        guard !exchange.isCancelled else { return fail(pending, .cancelled) }
        let origin = exchange.request.origin
        if slots.arrive(pending, id: pending.id, origin: origin, deadline: exchange.deadline), !start(pending) {
            release(origin: origin)
        }
    }

    private func cancel(_ exchange: Exchange) {
        if let transfer = running[ObjectIdentifier(exchange)] {
            end(transfer) { $0.abandon(as: .cancelled) }
        } else if let waiter = slots.withdraw(id: ObjectIdentifier(exchange), origin: exchange.request.origin) {
            fail(waiter, .cancelled)
        }
        // Else it has not come yet, and its start will see the mark; or its result is under way.
    }

    // MARK: Transfers

    /// False when it failed, and its slot is free for another.
    private func start(_ pending: PendingExchange) -> Bool {
        let now = MonotonicClock.now
        guard pending.exchange.deadline > now else {
            fail(pending, .connectFailed, detail: Self.noSlotInTime)
            return false
        }
        guard let transfer = idle.popLast() ?? Transfer(settings: settings, poller: poller) else {
            fail(pending, .connectFailed, detail: "no memory")
            return false
        }
        transfer.prepare(pending, now: now)
        guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            if let outcome = transfer.abandon(as: .connectFailed) { finished.append(outcome) }
            idle.append(transfer)
            return false
        }
        running[pending.id] = transfer
        return true
    }

    /// Takes the transfer out, keeps what came of it, and gives its slot to the next.
    private func end(
        _ transfer: Transfer, as outcome: (Transfer) -> (pending: PendingExchange, result: ExchangeResult)?
    ) {
        curl_multi_remove_handle(multi, transfer.easy)
        guard let ended = outcome(transfer) else { return }
        running[ended.pending.id] = nil
        idle.append(transfer)
        finished.append(ended)
        release(origin: ended.pending.exchange.request.origin)
    }

    private func release(origin: String) {
        while let next = slots.release(origin: origin) {
            if start(next) { return }
        }
    }

    /// Calls libcurl until it has nothing to do before something happens.
    private func drive() {
        while true {
            var now = MonotonicClock.now
            for waiter in slots.expire(now: now) { fail(waiter, .connectFailed, detail: Self.noSlotInTime) }
            if let due = timer, due <= now {
                timer = nil
                act(on: CURL_SOCKET_BAD, 0)
            }
            collectDone()
            now = MonotonicClock.now
            guard let due = timer, due <= now else { return }
        }
    }

    private func act(on descriptor: Int32, _ flags: Int32) {
        var stillRunning: Int32 = 0
        curl_multi_socket_action(multi, descriptor, flags, &stillRunning)
    }

    private func collectDone() {
        var code = CURLE_OK
        while let easy = ccurl_multi_next_done(multi, &code) {
            end(Transfer.from(ccurl_easy_get_private(easy))) { $0.finish(code) }
        }
    }

    /// How long to wait for descriptors, in milliseconds; -1 without end.
    private var patience: Int32 {
        let next = min(timer ?? .max, slots.nextDeadline)
        guard next != .max else { return -1 }
        return Int32(clamping: (max(0, next - MonotonicClock.now) + 999_999) / 1_000_000)
    }

    // MARK: Results

    private static let noSlotInTime = "no connection was free in time"

    private func fail(_ pending: PendingExchange, _ kind: HTTPError.Kind, detail: String = "") {
        finished.append((pending, .failure(HTTPError(kind, delivery: .notSent, detail: detail))))
    }

    private func resumeFinished() {
        for (pending, result) in finished { pending.continuation.resume(returning: result) }
        finished.removeAll(keepingCapacity: true)
    }

    private func abandonAll() {
        for waiter in slots.withdrawAll() { fail(waiter, .closed) }
        for transfer in running.values {
            curl_multi_remove_handle(multi, transfer.easy)
            if let outcome = transfer.abandon(as: .closed) { finished.append(outcome) }
        }
        running = [:]
        idle = []
        resumeFinished()
    }
}
