internal import CCrypto

/// HMAC with SHA-256 (RFC 2104), by OpenSSL's libcrypto.
public enum HMACSHA256 {
    /// The code of `bytes` under `key`, 32 bytes long. A key may have any length, also none.
    public static func code(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.length)
        var length = UInt32(code.count)
        // An empty array may have no address, and to libcrypto that is no key at all.
        let key = key.isEmpty ? [0] : key
        _ = HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &code, &length)
        return code
    }
}
