/// Faults that are built in on purpose, to show that the checks find them. Each stands in a wrapper around a seam, or is a
/// wrong part, so that no production code knows of them.
public enum Sabotage: String, CaseIterable, Sendable {
    /// The committed offset is one greater than it should be.
    case commitsOneTooFar
    /// What is finished beyond the committed offset does not travel with it.
    case dropsOffsetMap
    /// The offset's map says of one more record that it is finished.
    case claimsOneMore
    /// Outcomes are produced at once, and not in the transaction.
    case outcomesOutsideTransaction
    /// Offsets are committed by the consumer, and not in the transaction.
    case offsetsOutsideTransaction
    /// Revoked partitions are let go before their work is finished.
    case letsGoBeforeDrain
    /// Nobody hears that partitions are lost.
    case hidesLoss
    /// A member's place in the group is given before what it knows of its assignment is worked through.
    case takesAnyPlace
    /// While the first change of a key must wait, the next one is applied.
    case overtakesParkedKey
    /// Whether a write is still allowed is not asked.
    case ignoresPermit
    /// The poll loop always seems to have gone round just now.
    case feignsPulse
    /// An aborted transaction is taken for a committed one.
    case forgetsAbort
    /// A commit whose answer was lost is taken for an aborted one.
    case repeatsCommit
    /// Dead letters are not written.
    case dropsDeadLetters
    /// Records come again after an abort, as if nothing was in hand.
    case startsAgainAfterAbort
    /// What was deleted is not read when a partition is assigned.
    case restoresNothing
    /// What was deleted is read up to what is decided, and not to the end.
    case restoresOnlyDecided

    /// A replica takes the whole quota, whatever its partitions.
    case takesWholeQuota
    /// For how long the API wants no requests is not heard.
    case ignoresRetryAfter

    /// The intention to submit a purge is taken for committed before it is.
    case postsBeforeIntention
    /// The intention to submit a purge does not get into the ledger.
    case dropsIntentions
    /// Who takes a purge over does not see that it may have been submitted.
    case hidesIntentions
    /// A submission whose answer was lost is sent again at once.
    case submitsTwice
    /// A submission whose answer was lost is taken for one that was refused.
    case takesLossForRefusal
    /// That the API has taken a purge does not get into the ledger.
    case dropsAnswers
    /// Who takes a partition over knows nothing of purges that have ended.
    case forgetsEndedPurges
    /// Who takes a partition over begins the audit trail anew.
    case forgetsAuditHead
    /// A commit that carries nothing but a purge's step cannot be told from the one before it.
    case marksNoSteps
    /// A purge's step that finishes no record travels without an offset, so that the group cannot refuse it.
    case fencesNoSteps
    /// Messages about ends of purges are taken for delivered.
    case feignsWebhooks

    /// Within so many seeds it is found.
    public var bound: UInt64 {
        switch self {
        case .commitsOneTooFar, .claimsOneMore, .outcomesOutsideTransaction, .offsetsOutsideTransaction,
            .dropsDeadLetters, .postsBeforeIntention, .dropsIntentions, .dropsAnswers, .feignsWebhooks:
            20
        case .dropsOffsetMap, .forgetsAbort, .repeatsCommit, .startsAgainAfterAbort, .submitsTwice,
            .forgetsAuditHead, .takesWholeQuota, .ignoresRetryAfter:
            50
        case .letsGoBeforeDrain, .overtakesParkedKey, .takesLossForRefusal, .forgetsEndedPurges,
            .marksNoSteps, .fencesNoSteps:
            100
        case .hidesLoss, .restoresNothing, .hidesIntentions: 300
        case .ignoresPermit: 1000
        case .feignsPulse: 3000
        case .takesAnyPlace, .restoresOnlyDecided: 5000
        }
    }
}
