import CMicroHTTPD

extension MHD_Result {
    /// `MHD_YES`.
    static var goOn: MHD_Result { contact_relay_mhd_result(1) }
    /// `MHD_NO`: the library closes the connection, without an answer if none was begun.
    static var close: MHD_Result { contact_relay_mhd_result(0) }
}
