import GenesysCloud
import JSON
import Seams
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// Contacts whose organization is not there: they wait, without attempts, behind one look-up.
@Suite(.timeLimit(.minutes(1))) struct MissingOrganizationTests {
    private func lookUps(_ bench: ApplierBench) -> Int {
        bench.api.log.filter { $0.type == .organization && $0.verb == .find }.count
    }

    @Test func oneLookUpServesAllWhoWait() async {
        let bench = ApplierBench()
        for name in 0..<20 {
            let result = await bench.apply(contact(.created, externalID: "c\(name)", in: .externalID("late")))
            #expect(result.interruptionWord == "wait late")
        }
        #expect(lookUps(bench) == 1)
        #expect(bench.api.writes.isEmpty)
    }

    @Test func theOrganizationsOwnEventWakesThem() async {
        let bench = ApplierBench()
        let woken = Mutex<[String]>([])
        bench.applier.watch.observe(
            appeared: { name in woken.withLock { $0.append(name) } }, isAwaited: { _ in true }, mayAsk: { true })
        let change = contact(.upserted, in: .externalID("late"))
        #expect(await bench.apply(change).interruptionWord == "wait late")
        #expect(await bench.apply(organization(.created, #"{"name":"L"}"#, externalID: "late")).words == ["created"])
        #expect(woken.withLock { $0 } == ["late"])
        bench.api.clearLog()
        #expect(await bench.apply(change).words == ["created"])
        // The event has told the organization's Genesys id.
        #expect(lookUps(bench) == 0)
    }

    @Test func theWatchLooksAgainWithGrowingPausesUntilItIsThere() async {
        let bench = ApplierBench()
        let woken = Counter()
        let moments = LookUpMoments()
        bench.applier.watch.observe(
            appeared: { _ in _ = woken.next() }, isAwaited: { _ in true }, mayAsk: { true })
        bench.api.pause { [time = bench.time, api = bench.api] call in
            guard call.type == .organization else { return }
            // It is there from the seventh look-up on.
            if moments.note(time.now) == 7 {
                api.change { $0.put(.organization, "org-l", #"{"externalId":"late"}"#) }
            }
        }
        #expect(await bench.apply(contact(.created, in: .externalID("late"))).interruptionWord == "wait late")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await bench.applier.watch.run() }
            while woken.current == 0, !Task.isCancelled {
                // From one look-up to the next, so that the clock never runs ahead of who looks.
                if let next = bench.time.nextDeadline { bench.time.advance(by: next - bench.time.now) }
                await Task.yield()
            }
            group.cancelAll()
        }
        let pauses = zip(moments.all.dropFirst(), moments.all).map { $0 - $1 }
        #expect(pauses.count == 6)
        // Half of 1, 2, 4, … seconds at least; at most the whole.
        for (number, pause) in pauses.enumerated() {
            #expect(pause >= .milliseconds(500 << number), "\(pauses)")
            #expect(pause <= .milliseconds(1000 << number), "\(pauses)")
        }
        #expect(await bench.apply(contact(.created, in: .externalID("late"))).words == ["created"])
        #expect(moments.all.count == 7)
    }

    @Test func theWatchAsksNothingWhileTheAPIIsAway() async {
        let bench = ApplierBench()
        let isThere = Counter()
        let woken = Counter()
        bench.applier.watch.observe(
            appeared: { _ in _ = woken.next() }, isAwaited: { _ in true }, mayAsk: { isThere.current > 0 })
        #expect(await bench.apply(contact(.created, in: .externalID("late"))).interruptionWord == "wait late")
        bench.api.change { $0.put(.organization, "org-l", #"{"externalId":"late"}"#) }
        bench.api.clearLog()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await bench.applier.watch.run() }
            for _ in 0..<100 {
                bench.time.advance(by: .milliseconds(500))
                await turns(20)
            }
            #expect(lookUps(bench) == 0)
            _ = isThere.next()
            while woken.current == 0, !Task.isCancelled {
                bench.time.advance(by: .milliseconds(500))
                await turns(20)
            }
            group.cancelAll()
        }
        #expect(lookUps(bench) == 1)
    }

    @Test func aFaultOfALookUpIsNoAnswer() async {
        let bench = ApplierBench()
        bench.api.inject { call, _ in call.type == .organization ? .refused(.unavailable) : nil }
        let change = contact(.created, in: .externalID("acme"))
        #expect(await bench.apply(change).interruptionWord == "retry serverError")
        bench.api.inject(nil)
        #expect(await bench.apply(change).words == ["created"])
    }

    @Test(arguments: [400, 404, 422]) func aPOSTIntoARememberedOrganizationThatIsGoneWaits(status: Int) async {
        var directory = InMemoryDirectory.standard
        directory.missingOrganizationStatus = status
        let bench = ApplierBench(directory)
        #expect(await bench.apply(contact(.created, externalID: "y")).words == ["created"])
        bench.api.change { directory in
            directory.remove(.contact, directory.find(.contact, externalID: "y")?["id"]?.stringValue ?? "")
            directory.remove(.organization, "org-1")
        }
        #expect(await bench.apply(contact(.created)).interruptionWord == "wait acme")
        // Made anew, with another Genesys id.
        #expect(await bench.apply(organization(.created, #"{"name":"A"}"#)).words == ["created"])
        let result = await bench.apply(contact(.created))
        #expect(result.words == ["created"])
        #expect(
            result.settled.first?.organizationID
                == bench.api.directory.find(.organization, externalID: "acme")?["id"]?.stringValue)
    }

    @Test func aPOSTIntoAnOrganizationThatWasMadeAnewGoesThere() async {
        let bench = ApplierBench()
        #expect(await bench.apply(contact(.created, externalID: "y")).words == ["created"])
        bench.api.change { directory in
            directory.remove(.organization, "org-1")
            directory.put(.organization, "org-9", #"{"externalId":"acme"}"#)
        }
        let result = await bench.apply(contact(.created))
        #expect(result.words == ["created"])
        #expect(result.settled.first?.organizationID == "org-9")
    }

    @Test(arguments: [400, 404, 422]) func namedByAGenesysIDThatIsGoneItIsRejected(status: Int) async {
        var directory = InMemoryDirectory.standard
        directory.missingOrganizationStatus = status
        let bench = ApplierBench(directory)
        #expect(await bench.apply(contact(.created, in: .id("org-gone"))).words == ["rejected organizationNotFound"])
        #expect(await bench.apply(contact(.created, in: .id("org-1"))).words == ["created"])
    }

    @Test func aContactThatIsRefusedForItselfIsRejectedWithTheAPIsReason() async {
        let bench = ApplierBench()
        let primaries = #"{"phones":[{"number":"1","primary":true},{"number":"2","primary":true}]}"#
        let result = await bench.apply(contact(.created, primaries))
        #expect(result.words == ["rejected invalidRequest"])
        #expect(result.settled.first?.status.reasonForTest?.message == "two primary entries in phones")
    }

    @Test func anUpsertWithoutOrganizationCreatesNothing() async {
        let bench = ApplierBench()
        #expect(await bench.apply(contact(.upserted, in: nil)).words == ["rejected invalidData"])
        #expect(bench.api.writes.isEmpty)
    }

    @Test func whatStandsBeforeTheOneThatWaitsIsDone() async {
        let bench = ApplierBench()
        let result = await bench.apply(
            contact(.updated, #"{"firstName":"B"}"#), contact(.deleted), contact(.created, in: .externalID("late")))
        #expect(result.words == ["rejected notFound", "unchanged"])
        #expect(result.interruptionWord == "wait late")
    }
}

/// When look-ups were made.
private final class LookUpMoments: Sendable {
    private let moments = Mutex<[Moment]>([])

    var all: [Moment] { moments.withLock { $0 } }

    /// Notes one; gives back how many there are.
    func note(_ moment: Moment) -> Int {
        moments.withLock {
            $0.append(moment)
            return $0.count
        }
    }
}
