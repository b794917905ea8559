import Testing

@testable import KafkaClient

@Suite struct StateReadsTests {
    let a = TopicPartition("t", 0)
    let b = TopicPartition("t", 1)

    private func range(_ low: Int64, _ high: Int64) -> StateReads.Measured {
        .range(KafkaWatermarks(low: low, high: high))
    }

    @Test func aPartitionIsReadToTheEndThatItHad() {
        var reads = StateReads()
        #expect(reads.begin(a, id: 1) == [.measure(a, id: 1, isAgain: false)])
        #expect(reads.reader(of: a) == nil)
        #expect(reads.measured(range(2, 9), a, id: 1) == [.start(a)])
        #expect(reads.reader(of: a) == 1)
        #expect(reads.reached(5, in: a) == [])
        // The log's stable end, while a transaction is open: what stands behind it is waited for.
        #expect(reads.reached(8, in: a) == [])
        #expect(reads.reached(9, in: a) == [.stop(a), .finish(id: 1, nil)])
        #expect(reads.isEmpty)
        #expect(reads.reached(10, in: a) == [])
    }

    @Test func anEmptyPartitionIsReadAtOnce() {
        var reads = StateReads()
        _ = reads.begin(a, id: 1)
        #expect(reads.measured(range(7, 7), a, id: 1) == [.finish(id: 1, nil)])
        #expect(reads.isEmpty)
    }

    @Test func aSecondReadOfAPartitionWaitsForTheFirstAndAsksAnew() {
        var reads = StateReads()
        _ = reads.begin(a, id: 1)
        _ = reads.measured(range(0, 3), a, id: 1)
        #expect(reads.begin(a, id: 2) == [])
        #expect(reads.begin(b, id: 3) == [.measure(b, id: 3, isAgain: false)])
        #expect(
            reads.reached(3, in: a)
                == [.stop(a), .finish(id: 1, nil), .measure(a, id: 2, isAgain: false)])
        #expect(reads.reader(of: a) == nil)
    }

    @Test func aFaultThatMendsItselfIsWaitedOut() {
        var reads = StateReads()
        _ = reads.begin(a, id: 1)
        for _ in 0..<100 {
            #expect(reads.measured(.fault(.timedOut("?")), a, id: 1) == [.measure(a, id: 1, isAgain: true)])
        }
        _ = reads.measured(range(0, 3), a, id: 1)
        let fault = KafkaError(code: "_UNKNOWN_TOPIC", message: "?")
        #expect(reads.failed(fault, in: a) == [.measure(a, id: 1, isAgain: true)])
        // Once is enough, and the end stays what it was.
        #expect(reads.failed(fault, in: a) == [])
        #expect(reads.measured(range(0, 50), a, id: 1) == [])
        #expect(reads.reached(3, in: a) == [.stop(a), .finish(id: 1, nil)])
    }

    @Test func whatCouldNotBeStartedIsStartedLater() {
        var reads = StateReads()
        _ = reads.begin(a, id: 1)
        _ = reads.measured(range(0, 3), a, id: 1)
        let fault = KafkaError(code: "_UNKNOWN_TOPIC", message: "?")
        #expect(reads.notStarted(fault, a) == [.measure(a, id: 1, isAgain: true)])
        #expect(reads.measured(range(0, 4), a, id: 1) == [.start(a)])
        #expect(reads.notStarted(.impossibleTopic, a) == [.finish(id: 1, .impossibleTopic)])
    }

    @Test func whatIsMissingForLongEnoughIsMissing() {
        var reads = StateReads()
        let missing = KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "?")
        _ = reads.begin(a, id: 1)
        for _ in 1..<StateReads.mostTimesMissing {
            #expect(reads.measured(.missing(missing), a, id: 1) == [.measure(a, id: 1, isAgain: true)])
        }
        #expect(reads.measured(.missing(missing), a, id: 1) == [.finish(id: 1, missing)])

        _ = reads.begin(a, id: 2)
        _ = reads.measured(range(0, 3), a, id: 2)
        _ = reads.failed(missing, in: a)
        for _ in 1..<StateReads.mostTimesMissing { _ = reads.measured(.missing(missing), a, id: 2) }
        #expect(reads.measured(.missing(missing), a, id: 2) == [.stop(a), .finish(id: 2, missing)])
    }

    @Test func whatIsNotAllowedEndsTheRead() {
        let fault = KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "?")
        var reads = StateReads()
        _ = reads.begin(a, id: 1)
        #expect(reads.measured(.fault(fault), a, id: 1) == [.finish(id: 1, fault)])
        _ = reads.begin(a, id: 2)
        _ = reads.measured(range(0, 3), a, id: 2)
        #expect(reads.failed(fault, in: a) == [.stop(a), .finish(id: 2, fault)])
    }

    @Test func aCancelledReadEndsWhereverItIs() {
        var reads = StateReads()
        _ = reads.begin(a, id: 1)
        _ = reads.begin(a, id: 2)
        _ = reads.begin(a, id: 3)
        #expect(reads.cancel(id: 2, .cancelled) == [.finish(id: 2, .cancelled)])
        #expect(reads.cancel(id: 2, .cancelled) == [])
        #expect(
            reads.cancel(id: 1, .cancelled) == [.finish(id: 1, .cancelled), .measure(a, id: 3, isAgain: false)])
        // The answer to the one that was cancelled is not the next one's.
        #expect(reads.measured(range(0, 3), a, id: 1) == [])
        _ = reads.measured(range(0, 3), a, id: 3)
        #expect(reads.cancel(id: 3, .cancelled) == [.stop(a), .finish(id: 3, .cancelled)])
    }

    @Test func closingEndsAll() {
        var reads = StateReads()
        _ = reads.begin(b, id: 1)
        _ = reads.begin(a, id: 2)
        _ = reads.measured(range(0, 3), a, id: 2)
        _ = reads.begin(a, id: 3)
        #expect(
            reads.close(.closed)
                == [.stop(a), .finish(id: 2, .closed), .finish(id: 1, .closed), .finish(id: 3, .closed)])
        #expect(reads.isEmpty)
    }
}
