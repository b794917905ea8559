/// What `body` throws, where it is of `type`; nil when it throws nothing or something else.
///
/// `#expect(throws:)` gives the error back only from Swift 6.1 on.
public func thrownError<Failure: Error, Value>(
    _ type: Failure.Type, _ body: () throws -> Value
) -> Failure? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? Failure
    }
}

/// The same of what is awaited.
public func thrownError<Failure: Error, Value>(
    _ type: Failure.Type, _ body: () async throws -> Value
) async -> Failure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? Failure
    }
}
