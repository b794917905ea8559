import JSON
import Seams

extension LoggedCall {
    var document: JSONValue {
        .object([
            ("number", .number(number)), ("time", .string(time.description)), ("method", .string(method)),
            ("target", .string(target)), ("status", .number(status)), ("token", token.map { .string($0) } ?? .null),
            ("durationMilliseconds", .milliseconds(duration)),
        ])
    }
}

extension SandboxPurge {
    var document: JSONValue {
        .object([
            ("number", .number(number)), ("purgeId", .string(purgeID)), ("time", .string(time.description)),
            ("status", .string(status)), ("recordsPurged", .number(recordsPurged)), ("records", .number(records)),
            ("sent", sent),
        ])
    }
}

extension SandboxStatistics {
    var document: JSONValue {
        let kinds = byKind.sorted { left, right in
            (left.key.resource, left.key.method, left.key.status)
                < (right.key.resource, right.key.method, right.key.status)
        }
        let counts = kinds.map { kind, count in
            JSONValue.object([
                ("method", .string(kind.method)), ("resource", .string(kind.resource)),
                ("status", .number(kind.status)), ("count", .number(count)),
            ])
        }
        return .object([
            ("requests", .number(requests)), ("calls", .number(calls)), ("tokenRequests", .number(tokenRequests)),
            ("tooManyRequests", .number(tooManyRequests)),
            ("callsDuringRetryAfter", .number(callsDuringRetryAfter)),
            ("callsIgnoringRetryAfter", .number(callsIgnoringRetryAfter)),
            ("mostCallsAtOnce", .number(mostCallsAtOnce)),
            ("mostTokenRequestsAtOnce", .number(mostTokenRequestsAtOnce)),
            ("mostCallsInOneSecond", .number(mostCallsInOneSecond)),
            ("mostCallsInOneMinute", .number(mostCallsInOneMinute)), ("byKind", .array(counts)),
            ("rateWindows", .array(rateWindows.map(\.document))),
        ])
    }
}

extension RateWindow {
    var document: JSONValue {
        .object([
            ("start", .string(start.description)), ("lengthSeconds", .decimal(length.inSeconds)),
            ("limit", .number(limit)), ("calls", .number(calls)), ("refused", .number(refused)),
            ("others", .number(others)),
        ])
    }
}
