public import GenesysCloud
import JSON
public import Seams

/// Applies changes of contacts and organizations to Genesys Cloud: looks before it writes, writes only what changes, and
/// carries neighbours of one lane in one write.
public struct ResourceApplier: Applying {
    /// Waits for organizations that are not there yet; the pipeline runs it.
    public let watch: OrganizationWatch
    private let api: any GenesysAPI
    private let memory: ResourceMemory
    private let folding: FoldApplier
    private let migrating: MigrationApplier

    /// Makes an applier that works through `api`.
    ///
    /// - Parameters:
    ///   - keepsMarks: Whether sequences are kept in the resources' metadata (`contacts.sequenceMarks`); without it every
    ///     event is applied in the order of the log.
    ///   - deletions: What was deleted and must not come back; nil remembers nothing. Without marks it is not asked.
    ///   - contactTTL: How long a resource may be taken from memory (`cache.contactTtl`); zero reads it always.
    ///   - maxDelay: The longest time between two look-ups of a missing organization.
    public init(
        api: any GenesysAPI, keepsMarks: Bool = true, deletions: DeletionMemory? = nil, contactTTL: Duration = .zero,
        maxDelay: Duration = .seconds(60), time: any TimeSource, random: any RandomSource
    ) {
        let memory = ResourceMemory(contactTTL: contactTTL, time: time)
        let watch = OrganizationWatch(memory: memory, api: api, maxDelay: maxDelay, time: time, random: random)
        let reader = ResourceReader(memory: memory, locks: ResourceLocks())
        let resolver = OrganizationResolver(memory: memory, watch: watch)
        let writer = ResourceWriter(memory: memory, watch: watch, resolver: resolver)
        self.api = api
        self.memory = memory
        self.watch = watch
        let deletions = keepsMarks ? deletions : nil
        folding = FoldApplier(
            reader: reader, resolver: resolver, writer: writer, deletions: deletions, keepsMarks: keepsMarks)
        migrating = MigrationApplier(
            reader: reader, resolver: resolver, memory: memory, deletions: deletions, keepsMarks: keepsMarks)
    }

    public func ownershipChanged() {
        memory.dropCopies()
    }

    public func apply(_ changes: [PendingChange], permit: WritePermit) async -> ApplyResult {
        guard let first = changes.first else { return ApplyResult(settled: []) }
        var calls = TalliedAPI(api: api, permit: permit)
        if first.change.verb == .migrated {
            do throws(ApplyFault) {
                var applied = try await migrating.apply(first, through: &calls)
                applied.tally = calls.tally
                return ApplyResult(settled: [applied])
            } catch {
                return Self.result(of: error, tally: calls.tally)
            }
        }
        let fold = Self.fold(of: changes)
        do throws(ApplyFault) {
            if let earlier = try await folding.settleEarlierWrite(of: changes, through: &calls) { return earlier }
            return try await folding.apply(fold, through: &calls)
        } catch {
            guard fold.count > 1, case .rejected = error.consequence else {
                return Self.result(of: error, tally: calls.tally)
            }
            return await applyOneByOne(fold, permit: permit, spent: calls.tally)
        }
    }

    /// The changes that can be carried in one write: of one resource by one name, up to the first migration. A change
    /// that failed before is tried alone, so that another one's fault does not use up its attempts.
    private static func fold(of changes: [PendingChange]) -> [PendingChange] {
        let first = changes[0]
        guard first.earlierAttempts == 0 else { return [first] }
        return Array(
            changes.prefix { pending in
                let change = pending.change
                return change.verb != .migrated && change.resourceType == first.change.resourceType
                    && isSame(change.externalID, first.change.externalID)
                    && (change.externalID != nil || isSame(change.id, first.change.id))
            })
    }

    /// The write of a fold was refused: takes it apart, so that only the event at fault is rejected.
    private func applyOneByOne(
        _ fold: [PendingChange], permit: WritePermit, spent: CallTally
    ) async -> ApplyResult {
        var settled: [AppliedChange] = []
        var spent = spent
        for pending in fold {
            var calls = TalliedAPI(api: api, permit: permit, tally: spent)
            spent = CallTally()
            var result: ApplyResult
            do throws(ApplyFault) {
                result = try await folding.apply([pending], through: &calls)
            } catch {
                result = Self.result(of: error, tally: calls.tally)
            }
            settled += result.settled
            if result.interruption != nil {
                result.settled = settled
                return result
            }
        }
        return ApplyResult(settled: settled)
    }

    private static func result(of fault: ApplyFault, tally: CallTally) -> ApplyResult {
        switch fault.consequence {
        case .rejected(let reason):
            ApplyResult(settled: [AppliedChange(.rejected(reason), tally: tally)])
        case .interrupted(let interruption):
            ApplyResult(settled: [], interruption: interruption, interruptedTally: tally)
        }
    }

    private static func isSame(_ left: String?, _ right: String?) -> Bool {
        left.map { $0.isSameID(as: right) } ?? (right == nil)
    }
}
