internal import CCrypto

/// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.
public enum SHA256 {
    /// The digest's length in bytes.
    public static let length = 32

    /// The digest of `bytes`, 32 bytes long.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        _ = CCrypto.SHA256(bytes, bytes.count, &digest)
        return digest
    }
}
