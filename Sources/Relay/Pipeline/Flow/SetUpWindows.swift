import GenesysCloud
import Seams

/// The windows of all operations, and the common one of faults that concern all of them alike.
struct SetUpWindows {
    private var common = OperationWindow()
    private var windows = [OperationWindow](repeating: OperationWindow(), count: APIOperation.allCases.count)

    /// These operations were carried out, or judged by their content.
    mutating func answered(_ operations: APIOperations) {
        guard !operations.isEmpty else { return }
        common.succeeded()
        for index in windows.indices where !windows[index].isEmpty {
            if operations.contains(APIOperations(APIOperation.allCases[index])) { windows[index].succeeded() }
        }
    }

    /// The API was there and took the credentials.
    mutating func showedAccess() {
        common.succeeded()
    }

    /// A lane met a fault of the set-up.
    ///
    /// - Returns: The first failure, if too many lanes fail alike for it to be theirs.
    mutating func failed(_ fault: GenesysError, _ lane: LaneKey, at now: Moment) -> Moment? {
        guard let operation = fault.refusedOperation else { return common.failed(lane, at: now) }
        return windows[Int(operation.rawValue)].failed(lane, at: now)
    }

    /// The first failure of all that are remembered.
    var firstFailure: Moment? { (windows + [common]).compactMap(\.firstFailure).min() }
}
