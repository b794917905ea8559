/// The text in a C buffer, up to its NUL; what is no UTF-8 is repaired.
func text(of buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// The bytes behind a C pointer: nil for a null pointer, which is not the same as none.
func bytes(at pointer: UnsafeRawPointer?, count: Int) -> [UInt8]? {
    pointer.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: count)) }
}
