import GenesysCloud
import Seams
import Testing

@testable import Relay

@Suite struct SetUpWindowsTests {
    @Test func readsThatSucceedDoNotHideThatWritesAreForbidden() {
        var windows = SetUpWindows()
        for lane in 1...4 {
            windows.answered(APIOperations(.readContact))
            #expect(windows.failed(.forbidden(), .contact(lane), at: .at(1)) == nil)
        }
        windows.answered(APIOperations(.readContact))
        #expect(windows.failed(.forbidden(.deleteContact), .contact(5), at: .at(1)) == nil)
        #expect(windows.failed(.forbidden(), .contact(5), at: .at(1)) == .at(1))
        windows.answered(APIOperations(.replaceContact))
        #expect(windows.failed(.forbidden(), .contact(6), at: .at(1)) == nil)
    }

    @Test func faultsOfTokenAndNetworkCountInOneWindowWhateverTheOperation() {
        var windows = SetUpWindows()
        for lane in 1...4 {
            let fault: GenesysError = lane % 2 == 0 ? .tokenRefused : .unreachable
            #expect(windows.failed(fault, .contact(lane), at: .at(1)) == nil)
        }
        #expect(windows.failed(.unreachable, .contact(5), at: .at(2)) == .at(1))
    }

    @Test func anyAnswerShowsThatTokenAndNetworkAreRight() {
        var windows = SetUpWindows()
        for lane in 1...4 { _ = windows.failed(.tokenRefused, .contact(lane), at: .at(1)) }
        windows.answered(APIOperations(.readOrganization))
        #expect(windows.failed(.tokenRefused, .contact(5), at: .at(1)) == nil)
        for lane in 1...4 { _ = windows.failed(.tokenRefused, .contact(lane), at: .at(1)) }
        windows.showedAccess()
        #expect(windows.failed(.tokenRefused, .contact(6), at: .at(1)) == nil)
    }
}
