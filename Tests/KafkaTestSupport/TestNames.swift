/// A name that no other test and no earlier run has used.
public func uniqueName(_ stem: String) -> String {
    "\(stem)-\(UInt64.random(in: 0...UInt64.max))"
}
