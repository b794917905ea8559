import TestSupport
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct SettlementReceiptTests {
    @Test(arguments: [true, false]) func anAnswerThatCameBeforeIsThere(_ answer: Bool) async {
        let receipt = SettlementReceipt()
        receipt.answer(answer)
        #expect(await receipt.answer() == answer)
    }

    @Test func whoWaitsIsToldOnceAndTheFirstAnswerStands() async {
        let receipt = SettlementReceipt()
        let begun = Count()
        async let answer = {
            begun.add()
            return await receipt.answer()
        }()
        while begun.value == 0, !Task.isCancelled { await Task.yield() }
        receipt.answer(true)
        receipt.answer(false)
        #expect(await answer)
        #expect(await receipt.answer())
    }

    @Test func cancellationDoesNotEndTheWait() async {
        let receipt = SettlementReceipt()
        let begun = Count()
        let waiting = Task {
            begun.add()
            return await receipt.answer()
        }
        while begun.value == 0, !Task.isCancelled { await Task.yield() }
        waiting.cancel()
        await turns(50)
        receipt.answer(true)
        #expect(await waiting.value)
    }
}
