import Glibc
import HTTPServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct WaitingTests {
    @Test func twoHundredRequestsWaitOnFewThreads() throws {
        let responders = Responders()
        try withServer { _, responder in
            responders.keep(responder)
        } _: { server in
            let before = threadCount()
            let clients = try (0..<200).map { _ in try #require(RawConnection(port: server.port)) }
            for client in clients { client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
            let waiting = try responders.take(200)
            // Other tests run at the same time, so the bound is a generous one.
            #expect(threadCount() - before < 50)
            for responder in waiting { responder.respond(ServerResponse(status: 200, text: "late")) }
            for client in clients { #expect(client.readAnswer()?.body == "late") }
        }
    }

    @Test func aConnectionIsUsedAgainAfterItWaited() throws {
        let responders = Responders()
        var limits = ServerLimits()
        limits.threads = 2
        try withServer(limits: limits) { _, responder in
            responders.keep(responder)
        } _: { server in
            let client = try #require(RawConnection(port: server.port))
            for number in 1...50 {
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                try responders.take(1)[0].respond(ServerResponse(status: 200, text: "\(number)"))
                #expect(client.readAnswer()?.body == "\(number)")
            }
        }
    }

    @Test func stoppingEndsWhatWaitsAndALateAnswerDoesNothing() throws {
        let responders = Responders()
        let server = HTTPServer(host: "127.0.0.1", port: 0) { _, responder in responders.keep(responder) }
        try server.start()
        let clients = try (0..<50).map { _ in try #require(RawConnection(port: server.port)) }
        for client in clients { client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
        let waiting = try responders.take(50)
        waiting[0].hang()
        server.stop()
        server.stop()
        for client in clients { #expect(client.readToEnd() == "") }
        for responder in waiting { responder.respond(ServerResponse(status: 200)) }
        #expect(RawConnection(port: server.port) == nil)
    }

    @Test func stoppingRacesWithAnswers() throws {
        for _ in 0..<20 {
            let responders = Responders()
            let server = HTTPServer(host: "127.0.0.1", port: 0) { _, responder in responders.keep(responder) }
            try server.start()
            let clients = try (0..<10).map { _ in try #require(RawConnection(port: server.port)) }
            for client in clients { client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
            let waiting = try responders.take(10)
            let answering = OwnedThread {
                for responder in waiting { responder.respond(ServerResponse(status: 200)) }
            }
            server.stop()
            answering.join()
            // Each got its answer or none; what counts is that nothing trapped.
            for client in clients { #expect(["", "HTTP/1.1 200"].contains(String(client.readToEnd().prefix(12)))) }
        }
    }

    @Test func whatHangsEndsWhenItsClientGoes() throws {
        var limits = ServerLimits()
        limits.connections = 1
        try withServer(limits: limits) { request, responder in
            if request.path == "/hang" { responder.hang() } else { responder.respond(ServerResponse(status: 204)) }
        } _: { server in
            do {
                let hanging = try #require(RawConnection(port: server.port))
                hanging.send("GET /hang HTTP/1.1\r\nHost: h\r\n\r\n")
            }
            // The only place is free again once the server noticed that the client left.
            let next = try #require(RawConnection(port: server.port))
            next.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(next.readAnswer()?.status == 204)
        }
    }

    private func threadCount() -> Int {
        guard let tasks = opendir("/proc/self/task") else { return 0 }
        defer { closedir(tasks) }
        var count = -2
        while readdir(tasks) != nil { count += 1 }
        return count
    }
}
