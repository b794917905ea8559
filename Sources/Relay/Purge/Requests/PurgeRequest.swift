public import JSON
public import Seams

/// What a `purge.requested` event asks for, once it has been found valid.
public struct PurgeRequest: Sendable, Equatable {
    /// When a purge may be submitted.
    public struct Window: Sendable, Equatable {
        /// Nil is at once.
        public var start: WallTime?
        /// Not after this.
        public var end: WallTime

        /// Makes a window.
        public init(start: WallTime?, end: WallTime) {
            self.start = start
            self.end = end
        }
    }

    public var requestID: String
    public var resourceType: String
    public var reason: String
    public var submission: JSONValue
    public var window: Window?
    public var webhookURL: String?
    public var requestedBy: String?
    public var contentDigest: String

    public static func == (left: PurgeRequest, right: PurgeRequest) -> Bool {
        left.requestID == right.requestID && left.contentDigest == right.contentDigest
    }
}
