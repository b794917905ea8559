import Glibc

/// Where threads wait until so many have come.
final class Gate: @unchecked Sendable {
    // Sendable since `missing` is touched only with the mutex held, and the two C objects never move.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let opened = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var missing: Int

    init(_ count: Int) {
        missing = count
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(opened, nil)
    }

    deinit {
        mutex.deallocate()
        opened.deallocate()
    }

    func arriveAndWait() {
        pthread_mutex_lock(mutex)
        missing -= 1
        if missing <= 0 { pthread_cond_broadcast(opened) }
        while missing > 0 { pthread_cond_wait(opened, mutex) }
        pthread_mutex_unlock(mutex)
    }
}
