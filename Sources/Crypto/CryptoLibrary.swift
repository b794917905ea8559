internal import CCrypto

/// The library that does the work.
public enum CryptoLibrary {
    /// OpenSSL's version as it says it at run time, such as `3.0.22`.
    public static var version: String { OpenSSL_version(OPENSSL_VERSION_STRING).map { String(cString: $0) } ?? "" }
}
