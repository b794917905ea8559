import Testing

@testable import HTTPServer

struct ExchangeStateTests {
    private let answer = Ending.respond(ServerResponse(status: 201))

    @Test func anAnswerWithinTheHandlerNeedsNoSuspending() {
        var state = ExchangeState()
        state.handlerCalled()
        let resumes = state.finish(answer)
        #expect(!resumes)
        guard case .end(.respond(let response)) = state.handlerReturned() else {
            Issue.record("the answer is sent at once")
            return
        }
        #expect(response.status == 201)
    }

    @Test func aLaterAnswerResumesOnce() {
        var state = suspended()
        let resumes = [state.finish(answer), state.finish(.drop)]
        #expect(resumes == [true, false])
        guard case .respond = state.ending else {
            Issue.record("the first ending counts")
            return
        }
    }

    @Test func onlyADropEndsWhatHangs() {
        var state = suspended()
        let hangs = [state.hang(), state.hang()]
        #expect(hangs == [true, false])
        #expect(state.isHanging)
        let resumes = [state.finish(answer), state.finish(.drop)]
        #expect(resumes == [false, true])
        #expect(!state.isHanging)
    }

    @Test func nothingHappensAfterTheEnd() {
        var state = suspended()
        state.completed()
        let changes = [state.finish(answer), state.hang()]
        #expect(changes == [false, false])
        #expect(state.ending == nil)
    }

    private func suspended() -> ExchangeState {
        var state = ExchangeState()
        state.handlerCalled()
        guard case .suspend = state.handlerReturned() else {
            Issue.record("a handler that returned without an answer suspends")
            return state
        }
        return state
    }
}
