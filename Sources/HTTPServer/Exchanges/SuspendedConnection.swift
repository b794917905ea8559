import CMicroHTTPD

/// A connection of the library's that is suspended.
///
/// `@unchecked Sendable`: only a suspended connection gets into one, and on such the library allows from any thread
/// just what this type offers.
struct SuspendedConnection: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// Suspends the connection; only on its own thread, while its handler runs.
    init(suspending pointer: OpaquePointer) {
        self.pointer = pointer
        MHD_suspend_connection(pointer)
    }

    var socket: Int32 { contact_relay_mhd_socket(pointer) }

    /// To be called once; the value must not be used after it.
    func resume() { MHD_resume_connection(pointer) }
}
