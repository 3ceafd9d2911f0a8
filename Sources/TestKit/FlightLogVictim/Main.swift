import Core
import FlightLog
import Glibc
import TestKit

/// `veredus-flight-victim`: keeps a flight log as its arguments say, for tests that kill or stop it.
///
///     FOLDER RUN make SLOTS    makes a log, and says "made", or the kind of error and its words
///     FOLDER RUN stages        slots at each step; says "ready", and waits
///     FOLDER RUN cycle SLOTS   messages without end, each step of them followed by one byte of output
///     FOLDER RUN sleep         claims and begins a message, stops itself; continued, asks for the dot and says the answer
@main struct FlightLogVictim {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count > 3, let run = WorkerRun(arguments[2]) else { return say("FOLDER RUN MODE [SLOTS]") }
        do {
            let folder = try FlightLogFolder(arguments[1], boot: .current())
            let slots = arguments.count > 4 ? Int(arguments[4]) ?? 1 : 8
            let log = try OwnedFlightLog.create(in: folder, workerRun: run, slots: slots)
            switch arguments[3] {
            case "make": say("made")
            case "stages": stages(log)
            case "cycle": cycle(log)
            default: sleep(log)
            }
        } catch {
            say("\(error.kind) \(error)")
        }
    }

    /// Slot n has the sample of token n + 1.
    static func stages(_ log: OwnedFlightLog) {
        _ = write(log, 1, 2)
        for slot in [2, 3, 4, 5, 6] {
            _ = write(log, slot, ClaimToken(slot + 1))
            _ = log.begin(slot)
        }
        for slot in [3, 4, 6] { _ = log.allowDot(slot) }
        for slot in [4, 6] { _ = reply(log, slot, FlightSample(token: ClaimToken(slot + 1))) }
        _ = log.replied(5, code: 550, judgement: .never, step: .rcpt, text: "5.1.1 no such user")
        _ = log.free(6)
        say("ready")
        while true { pause() }
    }

    static func cycle(_ log: OwnedFlightLog) {
        for number in 0... {
            let (slot, token) = (number % log.slots, ClaimToken(number + 1))
            tell(write(log, slot, token))
            tell(log.begin(slot))
            tell(log.allowDot(slot))
            tell(reply(log, slot, FlightSample(token: token)))
            tell(log.free(slot))
        }
    }

    static func sleep(_ log: OwnedFlightLog) {
        _ = write(log, 0, 1)
        _ = log.begin(0)
        say("begun")
        raise(SIGSTOP)
        say("allowed \(log.allowDot(0)) replied \(reply(log, 0, FlightSample(token: 1))) freed \(log.free(0))")
    }

    static func write(_ log: OwnedFlightLog, _ slot: Int, _ token: ClaimToken) -> Bool {
        let sample = FlightSample(token: token)
        return log.write(slot, key: sample.key, token: token, attempt: sample.attempt, policy: sample.policy)
    }

    static func reply(_ log: OwnedFlightLog, _ slot: Int, _ sample: FlightSample) -> Bool {
        log.replied(slot, code: sample.code, judgement: sample.judgement, step: sample.step, text: sample.text)
    }

    /// One byte at once: how far it has come at least.
    static func tell(_ succeeded: Bool) {
        var byte = UInt8(ascii: succeeded ? "." : "!")
        Glibc.write(STDOUT_FILENO, &byte, 1)
    }

    /// On standard output, which the test that started it reads.
    static func say(_ words: String) {
        print(words)
        fflush(nil)
    }
}
