import Foundation
import RuntimeSupport
import TestKit

/// The demo's output at its end, once all expected mail has come back: the campaign's report, a message, the dashboard,
/// and the next commands.
struct DemoReport {
    private static let login = "owner@demo.example"

    let demo: Demo
    let tool: Tool
    let campaign: Int
    let siteURL: String

    private var project: Project { demo.project }
    private var logs: String { "\(project.run)/demo-*.log" }

    func tell() async throws {
        try await awaitReturns()
        try await awaitOpens()
        Console.heading("Report")
        try await tool.run("campaign", "report", "\(campaign)")
        let report = try await figures()
        try report.text.write(toFile: "\(demo.folder)/report.json", atomically: true, encoding: .utf8)
        try tellMessage()
        try checkTotals(report)
        try await showDashboard()
        tellNext()
    }

    private func figures() async throws -> JSONFigures { try await tool.json("campaign", "report", "\(campaign)") }

    /// Waits for all expected mail; recipients that an earlier demo has suppressed send none.
    private func awaitReturns() async throws {
        let expected = DemoContacts.expectedReturns(demo.recipients)
        Console.heading("Waiting for bounces, complaints and opt-outs")
        var came = 0
        try await within(
            "\(came) of \(expected) expected bounces, complaints and opt-outs arrived",
            "demo-inbound.log and demo-simulator.log"
        ) {
            let report = try await figures()
            came = try ["bounced", "complaints", "unsubscribed_by_mail"].map { try report.number("returned", $0) }
                .reduce(report.number("counts", "suppressed"), +)
            return came >= expected
        }
        Console.say("\(came) of \(expected) arrived, or their recipients had been suppressed before")
    }

    /// Waits until the recorder has written the opens; with very few recipients no count is shown.
    private func awaitOpens() async throws {
        guard demo.recipients >= 100 else { return }
        try await within("no open was counted", "demo-web.log and demo-recorder.log") {
            // Absent while the count is too small to be shown.
            ((try? await figures().number("engagement", "opens", "unique")) ?? 0) > 0
        }
    }

    private func within(
        _ what: @autoclosure () -> String,
        _ logs: String,
        _ isSo: () async throws -> Bool
    ) async throws {
        do {
            try await eventually("it came", within: .seconds(60), every: .milliseconds(500), isSo)
        } catch is NeverSo {
            throw Failure(what(), "Read \(project.run)/\(logs)")
        }
    }

    private func tellMessage() throws {
        let spool = "\(demo.folder)/spool"
        let messages = try FileManager.default.contentsOfDirectory(atPath: spool).filter { $0.hasSuffix(".eml") }
        let first = messages.min { ($0.count, $0) < ($1.count, $1) }.map { "\(spool)/\($0)" }
        Console.heading("One message, as it went over the wire (\(project.short(first ?? "none")))")
        guard let first else { return }
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: first)), as: UTF8.self)
        let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        Console.say(lines.prefix(70).joined(separator: "\n"))
    }

    /// The demo fails unless every recipient is in exactly one final state.
    private func checkTotals(_ report: JSONFigures) throws {
        guard try report.bool("balanced"), try report.number("audience") == demo.recipients else {
            throw Failure("the totals do not reconcile: \(report.text)", "Report this, with the logs \(logs)")
        }
        let open = try ["pending", "sending", "deferred"].map { try report.number("counts", $0) }.reduce(0, +)
        guard open == 0 else {
            throw Failure("\(open) recipients are not in a final state", "Report this, with the logs \(logs)")
        }
        Console.say("")
        Console.say("The totals reconcile: each of \(demo.recipients) recipients is in exactly one final state.")
    }

    /// Its address, a sign-in link, and time to look.
    private func showDashboard() async throws {
        let reset = try await tool.outcome("user", "reset", Self.login, "--json")
        let user =
            if reset.succeeded, let figures = JSONFigures(reset.output) {
                figures
            } else {
                try await tool.json("user", "add", Self.login, "--account", "demo", "--role", "owner")
            }
        Console.heading("The dashboard")
        Console.say("  \(siteURL)/campaigns/\(campaign)")
        Console.say(
            "  Sign in as \(Self.login); this link, which works once, sets the password: \(try user.string("link"))"
        )
        guard !demo.isKept else { return }
        if isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 {
            Console.write("Everything runs until you press Enter: ", to: .standardOutput)
            await enter()
        } else {
            Console.say("  Without a terminal it stops now; KEEP=1 keeps it running.")
        }
    }

    /// Waits for a line, or for a signal.
    private func enter() async {
        let (lines, continuation) = AsyncStream.makeStream(of: Void.self)
        startThread(name: "enter") {
            _ = readLine()
            continuation.finish()
        }
        for await _ in lines {}
    }

    private func tellNext() {
        let veredus = project.short(project.program("veredus"))
        Console.heading("Next commands")
        if demo.isKept {
            Console.say("  source .local/demo/env                                      # everything still runs")
            Console.say("  \(veredus) campaign list --account demo")
            Console.say("  \(veredus) --help")
            Console.say("  ./dev services-down                                         # stops it all")
        } else {
            Console.say(
                "  KEEP=1 ./dev demo                                           # the same, and leaves everything running"
            )
            Console.say("  RECIPIENTS=100000 WORKERS=4 ./dev demo")
            Console.say("  ./dev test                                                  # all tests")
        }
        Console.say("")
        Console.say(
            "The report as JSON: .local/demo/report.json    The messages: .local/demo/spool/    The logs: .local/run/demo-*.log"
        )
    }
}
