import Synchronization
import TestKit
import Testing

@testable import DevProgram

@Suite struct PortTests {
    private func plan(
        _ set: ServerSet,
        root: String = "/a",
        environment: [String: String] = [:],
        busy: Set<UInt16> = []
    ) -> PortPlan {
        let project = Project(root: root, programs: "", environment: environment)
        return PortPlan(set: set, project: project, isBusy: { busy.contains($0) }, say: { _ in })
    }

    @Test func `no two servers of a folder begin with the same port`() throws {
        let names: [PortName] = [.postgres, .amqp, .amqps, .nodes, .names, .smtp, .inbound, .web, .hello]
        let ports = try ServerSet.allCases.flatMap { set in try names.map { try plan(set).choose($0) } }
        #expect(Set(ports).count == ports.count)
        // The kernel gives out those from 32768 by itself.
        #expect(ports.allSatisfy { (20_000..<30_000).contains($0) })
        #expect(try plan(.dev, root: "/b").choose(.postgres) != plan(.dev).choose(.postgres))
    }

    @Test func `a busy port is told of and not fought over`() throws {
        let usual = try plan(.test).choose(.postgres)
        let said = Mutex<[String]>([])
        var plan = plan(.test, busy: [usual, usual + 30])
        plan.say = { words in said.withLock { $0.append(words) } }
        #expect(try plan.choose(.postgres) == usual + 60)
        #expect(said.withLock { $0 } == ["The usual port for POSTGRES_PORT is busy: taking \(usual + 60)"])
    }

    @Test func `a port that was asked for is taken for the demo's servers or refused`() throws {
        let environment = ["VEREDUS_POSTGRES_PORT": "5433"]
        #expect(try plan(.dev, environment: environment).choose(.postgres) == 5_433)
        #expect(try plan(.test, environment: environment).choose(.postgres) != 5_433)
        let busy = try #require(throws: Failure.self) {
            _ = try plan(.dev, environment: environment, busy: [5_433]).choose(.postgres)
        }
        #expect(busy.description.contains("VEREDUS_POSTGRES_PORT"))
        let malformed = try #require(throws: Failure.self) {
            _ = try plan(.dev, environment: ["VEREDUS_POSTGRES_PORT": "70000"]).choose(.postgres)
        }
        #expect(malformed.status == 64)
    }

    @Test func `a port is busy while somebody listens on it, or is connected from it`() throws {
        let port = try LoopbackPorts.free(1)[0]
        #expect(!LoopbackPorts.isBusy(port))
        let listener = try Listener(port: port)
        #expect(LoopbackPorts.isBusy(port))
        withExtendedLifetime(listener) {}
    }
}
