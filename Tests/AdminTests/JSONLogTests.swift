import Core
import Glibc
import Logging
import Observability
import Testing

@testable import Bootstrap

@Suite struct JSONLogTests {
    /// A pipe whose reader may be slow, or gone.
    private struct Pipe: ~Copyable {
        let readEnd: Int32
        let writeEnd: Int32

        init() {
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            (readEnd, writeEnd) = (ends[0], ends[1])
        }

        deinit {
            close(readEnd)
            close(writeEnd)
        }

        /// What has arrived, without waiting.
        func arrived() -> String {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var ready = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
            while poll(&ready, 1, 0) == 1 {
                let count = read(readEnd, &buffer, buffer.count)
                guard count > 0 else { break }
                bytes += buffer[..<count]
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private func logger(to descriptor: Int32) -> Logger {
        let output = LogOutput(descriptor: descriptor)
        return Logger(label: "test") { _ in
            JSONLogHandler(program: "veredus-test", level: .info, output: output) {
                timespec(tv_sec: 1_700_000_000, tv_nsec: 5_000_000)
            }
        }
    }

    @Test func `a record is one line of JSON`() {
        let pipe = Pipe()
        logger(to: pipe.writeEnd).info("two\nlines \"q\"", metadata: ["b": "x", "a": .stringConvertible(3)])
        #expect(
            pipe.arrived()
                == #"{"time":"2023-11-14T22:13:20.005Z","level":"info","program":"veredus-test","#
                + #""message":"two\nlines \"q\"","a":3,"b":"x"}"# + "\n"
        )
    }

    @Test func `records below the level are not written`() {
        let pipe = Pipe()
        logger(to: pipe.writeEnd).debug("quiet")
        #expect(pipe.arrived() == "")
    }

    @Test func `why a program ends is JSON like its log, each problem of the settings for itself`() {
        let pipe = Pipe()
        let problems = [
            SettingProblem(name: "VEREDUS_A", origin: "a.env:3", value: "x", problem: "must be a number"),
            SettingProblem(name: "VEREDUS_B", origin: nil, value: nil, problem: "is not set"),
        ]
        Bootstrap.say(SettingsError(problems: problems), to: logger(to: pipe.writeEnd))
        struct Broken: Error, CustomStringConvertible { let description = "line 1\nline 2" }
        Bootstrap.say(Broken(), to: logger(to: pipe.writeEnd))
        #expect(
            pipe.arrived()
                == #"{"time":"2023-11-14T22:13:20.005Z","level":"critical","program":"veredus-test","#
                + #""message":"the settings cannot be used","#
                + #""problems":["VEREDUS_A=x (a.env:3): must be a number","VEREDUS_B: is not set"]}"# + "\n"
                + #"{"time":"2023-11-14T22:13:20.005Z","level":"critical","program":"veredus-test","#
                + #""message":"line 1\nline 2"}"# + "\n"
        )
    }

    static let blanked: [(text: String, result: String, because: Comment)] = [
        ("to ann.lee@example.org now", "to ***@example.org now", "an address"),
        ("<ann@example.org>,bob@example.org", "<***@example.org>,***@example.org", "several"),
        ("amqp://user:pass@mq:5672/v", "amqp://***@mq:5672/v", "a password in a URL"),
        ("jörg@example.org", "***@example.org", "not only ASCII"),
        ("no at sign", "no at sign", "nothing to blank"),
        ("@", "@", "nothing before it"),
    ]

    @Test(arguments: blanked)
    func `addresses and passwords do not reach a log`(row: (text: String, result: String, because: Comment)) {
        #expect(blankingPersonalParts(of: row.text) == row.result, row.because)
        let pipe = Pipe()
        logger(to: pipe.writeEnd).info("x", metadata: ["value": "\(row.text)"])
        #expect(pipe.arrived().contains("\"value\":\"\(row.result)\""), row.because)
    }

    @Test func `a reader that does not read stops nobody, and hears how much it missed`() {
        let pipe = Pipe()
        let logger = logger(to: pipe.writeEnd)
        let text = String(repeating: "x", count: 1_000)
        for _ in 0..<2_000 { logger.info("\(text)") }
        var read = ""
        for _ in 0..<20 {
            read += pipe.arrived()
            logger.info("again")
        }
        read += pipe.arrived()
        #expect(read.contains("\"message\":\"log records dropped\",\"count\":"))
        #expect(read.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    }
}
