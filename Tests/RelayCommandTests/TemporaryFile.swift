import Glibc

/// A file with this text, gone at the end of the test.
final class TemporaryFile: Sendable {
    let path: String

    init(_ text: String) {
        var template = Array("/tmp/contact-relay-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        precondition(descriptor >= 0, "TemporaryFile: no file, error \(errno)")
        defer { close(descriptor) }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let bytes = Array(text.utf8)
        precondition(write(descriptor, bytes, bytes.count) == bytes.count, "TemporaryFile: not written")
    }

    deinit { unlink(path) }
}

/// An event of the type, with `data` as JSON text.
func event(_ type: String, _ data: String, id: String = "e") -> String {
    #"{"specversion":"1.0","id":"\#(id)","source":"/test","type":"\#(type)","data":\#(data)}"#
}

/// A good request of a purge.
func purge(_ requestID: String, _ more: String = "") -> String {
    event(
        "purge.requested",
        #"{"requestId":"\#(requestID)","resourceType":"user","purgeReason":"R","filters":{"mediaTypes":["chat"]}\#(more)}"#
    )
}

/// A good event about the medium `id`.
func softDeleted(_ id: String) -> String {
    event("record.softDeleted", #"{"resourceType":"media","id":"\#(id)"}"#)
}

/// A good event about the contact `externalID`.
func upsert(_ externalID: String) -> String {
    event("contact.upserted", #"{"externalId":"\#(externalID)","contact":{"firstName":"Jo"}}"#)
}
