import GenesysCloud
import JSON
import Observability
import Relay
import Seams
import Synchronization
import TestSupport
import Testing

@testable import RelayCommand

/// The walk through pages, without network.
@Suite(.timeLimit(.minutes(1))) struct ExporterTests {
    private func exporter(
        _ api: ScriptedListing, retry: RetryPolicy = RetryPolicy(),
        time: ManualTime = ManualTime(passingOver: .seconds(60)),
        seen: Set<String> = []
    ) -> Exporter {
        Exporter(
            reader: PatientReader(
                api: api, retry: retry, time: time, random: SeededRandom(seed: 1), logger: .disabled),
            pageSize: 2, seen: seen)
    }

    private func ids(_ resources: [JSONValue]) -> [String] { resources.compactMap { $0["id"]?.stringValue } }

    @Test func pagesAreAskedForUntilNoneIsAnnounced() async throws {
        let api = ScriptedListing { page, _ in ResourcePage(["\(page)a", "\(page)b"], hasNext: page < 3) }
        var exporter = exporter(api)
        var taken: [String] = []
        try await exporter.export(.organizations) { resources, _ in taken += ids(resources) }
        #expect(taken == ["1a", "1b", "2a", "2b", "3a", "3b"])
        #expect(api.pages == [1, 2, 3])
        #expect(exporter.tally == Exporter.Tally(written: 6, pages: 3))
    }

    @Test func whatComesTwiceIsHandedOnOnceAndCounted() async throws {
        let pages = [["a", "b"], ["b", "c"], ["c", "d", "d"]]
        let api = ScriptedListing { page, _ in ResourcePage(pages[page - 1], hasNext: page < 3) }
        var exporter = exporter(api, seen: ["a"])
        var taken: [String] = []
        try await exporter.export(.organizations) { resources, _ in taken += ids(resources) }
        #expect(taken == ["b", "c", "d"])
        #expect(exporter.tally == Exporter.Tally(written: 3, repeats: 4, pages: 3))
    }

    @Test func anEmptyPageEndsTheListingEvenWhereMoreIsAnnounced() async throws {
        let api = ScriptedListing { page, _ in ResourcePage(page == 1 ? ["a"] : [], hasNext: true) }
        var exporter = exporter(api)
        try await exporter.export(.organizations) { _, _ in }
        #expect(api.pages == [1, 2])
        #expect(exporter.tally.emptyEnds == 1)
    }

    @Test func anAPIThatPaysNoHeedToThePageIsLeft() async {
        let api = ScriptedListing { _, _ in ResourcePage(["a", "b"], hasNext: true) }
        var exporter = exporter(api)
        await #expect { try await exporter.export(.organizations) { _, _ in } } throws: { error in
            if case .nothingNew? = (error as? Exporter.Stop)?.cause { true } else { false }
        }
        #expect(api.pages.count == Exporter.longestStandstill + 1)
        #expect(exporter.tally.written == 2)
    }

    @Test(arguments: [GenesysError.Kind.serverError, .timedOut, .connectionLost, .unreachable])
    func aPageIsAskedForAgainAfterAFaultThatMayPass(_ kind: GenesysError.Kind) async throws {
        let api = ScriptedListing { page, question throws(GenesysError) in
            if question == 2 || question == 3 { throw GenesysError(kind, message: "") }
            return ResourcePage(["\(page)"], hasNext: page < 3)
        }
        var exporter = exporter(api)
        var taken: [String] = []
        try await exporter.export(.organizations) { resources, _ in taken += ids(resources) }
        #expect(api.pages == [1, 2, 2, 2, 3])
        #expect(taken == ["1", "2", "3"])
    }

    @Test(arguments: [
        GenesysError(.credentialsRefused, message: ""), GenesysError(.forbidden, message: ""),
        GenesysError(.notFound, message: ""), GenesysError(.invalidRequest, message: ""),
        GenesysError(.unreachable, status: 302, message: ""), GenesysError(.cancelled, message: ""),
    ])
    func aFaultThatDoesNotPassEndsIt(_ fault: GenesysError) async {
        let api = ScriptedListing { _, _ throws(GenesysError) in throw fault }
        var exporter = exporter(api)
        await #expect(throws: Exporter.Stop.self) { try await exporter.export(.organizations) { _, _ in } }
        #expect(api.pages == [1])
    }

    @Test func attemptsAreBoundedForEachPageAndThePageIsNamed() async {
        let api = ScriptedListing { page, question throws(GenesysError) in
            if page == 1, question > 2 { return ResourcePage(["a"], hasNext: true) }
            throw GenesysError(.serverError, status: 503, message: "")
        }
        var exporter = exporter(api, retry: RetryPolicy(maxAttempts: 3))
        await #expect { try await exporter.export(.organizations) { _, _ in } } throws: { error in
            guard let stop = error as? Exporter.Stop, case .api(let failure) = stop.cause else { return false }
            return stop.page == 2 && failure.attempts == 3
        }
        #expect(api.pages == [1, 1, 1, 2, 2, 2])
    }

    /// The API has said until when it wants nothing: that is no failure of the page, however long it takes.
    @Test func whereTheAPIWantsNoRequestsItWaitsAndCountsNeitherAttemptNorAge() async throws {
        let time = ManualTime()
        let api = ScriptedListing { _, question throws(GenesysError) in
            switch question {
            case 1, 2: throw GenesysError(.rateLimited, message: "", retryAt: time.now + .seconds(3600))
            case 3: throw GenesysError(.serverError, message: "")
            default: return ResourcePage(["a"], hasNext: false)
            }
        }
        let log = KeptMessages()
        let reader = PatientReader(
            api: api, retry: RetryPolicy(maxAttempts: 2, maxAge: .seconds(60)), time: time,
            random: SeededRandom(seed: 1), logger: Logger(level: .warning, handler: log))
        let page = try await withThrowingTaskGroup(of: ResourcePage?.self) { group in
            group.addTask { try await reader.page(.organizations, number: 4, size: 2) }
            group.addTask {
                for question in 1...2 {
                    await time.sleepers()
                    time.advance(by: .milliseconds(3_599_999))
                    #expect(api.pages.count == question)
                    time.advance(by: .milliseconds(1))
                    while api.pages.count == question, !Task.isCancelled { await Task.yield() }
                }
                while api.pages.count < 4, !Task.isCancelled {
                    // Only while it sleeps: time that passes before counts as its age.
                    if time.sleeperCount > 0 { time.advance(by: .milliseconds(100)) }
                    await Task.yield()
                }
                return nil
            }
            var page: ResourcePage?
            for try await found in group { page = page ?? found }
            return page
        }
        #expect(page?.items.count == 1)
        #expect(api.pages.count == 4)
        #expect(log.all.count { $0.contains("wants no requests") } == 2)
    }

    @Test func noAttemptBeginsAfterTheGreatestAge() async {
        let time = ManualTime(passingOver: .seconds(3600))
        let api = ScriptedListing { _, _ throws(GenesysError) in
            time.advance(by: .seconds(20))
            throw GenesysError(.timedOut, message: "")
        }
        let retry = RetryPolicy(
            maxAttempts: 100, maxAge: .seconds(50), baseDelay: .milliseconds(1), maxDelay: .milliseconds(1))
        var exporter = exporter(api, retry: retry, time: time)
        await #expect(throws: Exporter.Stop.self) { try await exporter.export(.organizations) { _, _ in } }
        #expect(api.pages.count == 3)
    }

    @Test func aPageThatCouldNotBeWrittenCountsAsNotHandedOn() async {
        let api = ScriptedListing { page, _ in ResourcePage(["\(page)"], hasNext: true) }
        var exporter = exporter(api)
        await #expect {
            try await exporter.export(.organizations, from: 4) { _, page throws(WriteFailure) in
                if page == 5 { throw .nobodyReads }
            }
        } throws: { ($0 as? Exporter.Stop)?.page == 5 }
        #expect(api.pages == [4, 5])
        #expect(exporter.tally.written == 1)
    }
}

private final class KeptMessages: LogHandler {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }

    func write(level: Logger.Level, message: String, metadata: Logger.Metadata) {
        kept.withLock { $0.append(message) }
    }
}
