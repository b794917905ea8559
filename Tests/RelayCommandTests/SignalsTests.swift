import Glibc
import Synchronization
import Testing

@testable import RelayCommand

@Suite(.serialized, .timeLimit(.minutes(2))) struct SignalsTests {
    @Test func aSignalIsHeardAndDoesNotEndTheProcess() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        let listening = Signals.listen { continuation.yield($0) }
        defer { listening.stop() }
        var heard = stream.makeAsyncIterator()
        for signal in [SIGTERM, SIGINT, SIGTERM] {
            kill(getpid(), signal)
            #expect(await heard.next() == signal)
        }
    }

    @Test func everyListenerHearsEverySignal() async {
        let first = AsyncStream.makeStream(of: Int32.self)
        let second = AsyncStream.makeStream(of: Int32.self)
        let listening = [
            Signals.listen { first.continuation.yield($0) }, Signals.listen { second.continuation.yield($0) },
        ]
        defer { for listener in listening { listener.stop() } }
        kill(getpid(), SIGTERM)
        #expect(await first.stream.first { _ in true } == SIGTERM)
        #expect(await second.stream.first { _ in true } == SIGTERM)
    }

    @Test func withTheLastListenerTheSignalsMeanAgainWhatTheyMeantBefore() {
        func disposition() -> Int {
            var action = sigaction()
            sigaction(SIGTERM, nil, &action)
            return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        }
        let before = disposition()
        let first = Signals.listen { _ in }
        let second = Signals.listen { _ in }
        let during = disposition()
        first.stop()
        #expect(disposition() == during)
        #expect(during != before)
        second.stop()
        second.stop()
        #expect(disposition() == before)
    }
}
