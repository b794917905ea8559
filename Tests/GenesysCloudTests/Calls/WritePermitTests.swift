import HTTPClient
import JSON
import Seams
import TestSupport
import Testing

@testable import GenesysCloud

/// A permit is asked at the last moment before a write is sent, each time it is.
@Suite(.timeLimit(.minutes(1))) struct WritePermitTests {
    enum Verb: CaseIterable {
        case create
        case replace
        case delete
    }

    private static let contact = #"{"id":"c-1","externalId":"x"}"#

    @Test(arguments: Verb.allCases) func aWriteWithoutItsPermitIsNotSent(verb: Verb) async {
        let transport = answering { _, _ in .json(200, Self.contact) }
        let genesys = client(transport)
        let (error, tally) = await Self.write(verb, genesys, WritePermit { false })
        #expect(error?.kind == .withdrawn)
        #expect(error?.mayHaveHappened == false)
        #expect(tally.requests == 0)
        #expect(transport.apiRequests.isEmpty)
    }

    @Test func readsNeedNoPermitAndWritesAskOncePerRequest() async throws {
        let asked = Counter()
        let permit = WritePermit { asked.next() > 0 }
        let genesys = client(answering { _, _ in .json(200, Self.contact) })
        var tally = CallTally()
        _ = try await genesys.get(.contact, id: "c-1", tally: &tally)
        #expect(asked.value == 0)
        for verb in Verb.allCases { #expect(await Self.write(verb, genesys, permit).0 == nil) }
        #expect(asked.value == 3)
    }

    @Test(arguments: Verb.allCases) func aPermitWithdrawnWhileTheWriteWaitsForTheQuotaKeepsIt(verb: Verb) async throws {
        let time = ManualTime()
        let transport = answering { _, _ in .json(200, Self.contact) }
        let genesys = client(transport, time: time, settings: .sample(requestsPerMinute: 6))
        var tally = CallTally()
        _ = try await genesys.get(.contact, id: "c-1", tally: &tally)
        let isOurs = Flag(true)
        async let write = Self.write(verb, genesys, isOurs.permit)
        // A little more than ten seconds, of which it sleeps one at a time.
        for second in 0..<11 {
            await time.sleepers()
            if second == 5 { isOurs.value = false }
            time.advance(by: .seconds(1))
        }
        #expect(await write.0?.kind == .withdrawn)
        #expect(transport.apiRequests.count == 1)
        // Its place went to whoever is next.
        _ = try await genesys.get(.contact, id: "c-1", tally: &tally)
        #expect(transport.apiRequests.count == 2)
    }

    @Test(arguments: Verb.allCases) func aPermitWithdrawnAfterA429KeepsTheRepetition(verb: Verb) async {
        let time = ManualTime()
        let isOurs = Flag(true)
        let transport = answering { _, _ in
            isOurs.value = false
            return .json(429, "", headers: [HTTPHeader("Retry-After", "1")])
        }
        let genesys = client(transport, time: time)
        async let write = Self.write(verb, genesys, isOurs.permit)
        for _ in 0..<2 {
            await time.sleepers()
            time.advance(by: .seconds(1))
        }
        let (error, tally) = await write
        #expect(error?.kind == .withdrawn)
        // 429 says that nothing was done.
        #expect(error?.mayHaveHappened == false)
        #expect(tally.requests == 1)
        #expect(transport.apiRequests.count == 1)
    }

    @Test(arguments: Verb.allCases) func aPermitWithdrawnWhileTheTokenIsReplacedKeepsTheRepetition(verb: Verb) async {
        let isOurs = Flag(true)
        let transport = answering { _, _ in
            isOurs.value = false
            return .json(401, "")
        }
        let error = await Self.write(verb, client(transport), isOurs.permit).0
        #expect(error?.kind == .withdrawn)
        #expect(transport.apiRequests.count == 1)
        #expect(transport.tokenRequests.count == 2)
    }

    private static func write(
        _ verb: Verb, _ genesys: GenesysClient, _ permit: WritePermit
    ) async -> (GenesysError?, CallTally) {
        var tally = CallTally()
        do throws(GenesysError) {
            switch verb {
            case .create: _ = try await genesys.create(.contact, .object([]), permit: permit, tally: &tally)
            case .replace:
                _ = try await genesys.replace(.contact, id: "c-1", with: .object([]), permit: permit, tally: &tally)
            case .delete: _ = try await genesys.delete(.contact, id: "c-1", permit: permit, tally: &tally)
            }
            return (nil, tally)
        } catch {
            return (error, tally)
        }
    }
}
