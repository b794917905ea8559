import CMicroHTTPD

/// Answers on their way into the library, and those that the server gives itself.
enum Answers {
    static let bodyTooLarge = ServerResponse(status: 413, text: "the request's body is too large\n")
    static let badTarget = ServerResponse(status: 400, text: "the request's target cannot be read\n")

    /// Hands the answer over. Only on the connection's thread. `close` where the library
    /// refuses it.
    static func queue(_ response: ServerResponse, on connection: OpaquePointer) -> MHD_Result {
        let status = (200...599).contains(response.status) ? response.status : 500
        let body = status == 204 || status == 304 ? [] : response.body
        let made = body.withUnsafeBytes { bytes in
            contact_relay_mhd_response(bytes.baseAddress, bytes.count)
        }
        guard let made else { return .close }
        defer { MHD_destroy_response(made) }
        for (name, value) in response.headers { _ = MHD_add_response_header(made, name, value) }
        return MHD_queue_response(connection, UInt32(status), made)
    }
}
