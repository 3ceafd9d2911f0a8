/// The body of a job message: recipients to mail, of one campaign or of several. No personal data.
///
/// Readable in the broker's own tools, a few dozen bytes: `v1 <campaign> <generation> <seq>[,<seq>…]` in ASCII
/// decimal; with more campaigns `v2 <campaign> <generation> <seq>[,<seq>…];<campaign> …`. A program reads its own
/// version and the one before it; a version that is too new goes back to the queue.
package struct JobMessage: Equatable, Sendable {
    /// The newest version that this program reads. It writes the oldest one that can hold the jobs.
    package static let version = 2
    /// The maximum per job message: a crash affects them all.
    package static let maximumJobs = 1_000

    /// The jobs of one campaign in a job message.
    package struct Part: Equatable, Sendable {
        package let campaign: CampaignID
        package let generation: Generation
        package var seqs: [Seq]

        package init(campaign: CampaignID, generation: Generation, seqs: [Seq]) {
            self.campaign = campaign
            self.generation = generation
            self.seqs = seqs
        }
    }

    /// At least one, each with at least one job.
    package let parts: [Part]

    package init(_ parts: [Part]) { self.parts = parts }

    package init(campaign: CampaignID, generation: Generation, seqs: [Seq]) {
        self.init([Part(campaign: campaign, generation: generation, seqs: seqs)])
    }

    package var jobs: Int { parts.reduce(0) { $0 + $1.seqs.count } }

    /// Why a body is not a readable job message.
    package enum Unreadable: Error, Equatable, Sendable {
        /// Written by a newer program: return it to the queue, for a newer worker.
        case tooNew(version: Int)
        /// Not a job message.
        case malformed(at: Int)
    }

    /// The body of the message.
    package func encoded() -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(parts.count * 24 + jobs * 8)
        body.append(UInt8(ascii: "v"))
        body.append(decimal: parts.count > 1 ? 2 : 1)
        for (place, part) in parts.enumerated() {
            body.append(UInt8(ascii: place == 0 ? " " : ";"))
            body.append(decimal: Int(part.campaign))
            body.append(UInt8(ascii: " "))
            body.append(decimal: Int(part.generation))
            for (index, seq) in part.seqs.enumerated() {
                body.append(UInt8(ascii: index == 0 ? " " : ","))
                body.append(decimal: Int(seq))
            }
        }
        return body
    }

    /// Reads a body.
    ///
    /// - Throws: ``Unreadable``; a number of 0 or less, or one that does not fit, is malformed.
    package init(decoding body: [UInt8]) throws(Unreadable) {
        var reader = Reader(body: body)
        guard reader.take(UInt8(ascii: "v")) else { throw .malformed(at: 0) }
        let version = try reader.number()
        guard version <= Self.version else { throw .tooNew(version: version) }
        guard reader.take(UInt8(ascii: " ")) else { throw .malformed(at: reader.position) }
        var parts: [Part] = []
        var room = Self.maximumJobs
        repeat { parts.append(try reader.part(&room)) } while version > 1 && reader.take(UInt8(ascii: ";"))
        guard reader.position == body.count else { throw .malformed(at: reader.position) }
        self.parts = parts
    }

    private struct Reader {
        let body: [UInt8]
        var position = 0

        mutating func take(_ byte: UInt8) -> Bool {
            guard position < body.count, body[position] == byte else { return false }
            position += 1
            return true
        }

        /// `room`: How many jobs may still come.
        mutating func part(_ room: inout Int) throws(Unreadable) -> Part {
            let campaign = CampaignID(try number())
            guard take(UInt8(ascii: " ")) else { throw .malformed(at: position) }
            let generation = Generation(try number())
            guard take(UInt8(ascii: " ")) else { throw .malformed(at: position) }
            var seqs: [Seq] = []
            repeat {
                guard room > 0 else { throw .malformed(at: position) }
                room -= 1
                seqs.append(Seq(try number()))
            } while take(UInt8(ascii: ","))
            return Part(campaign: campaign, generation: generation, seqs: seqs)
        }

        /// A positive decimal number that fits 32 bits.
        mutating func number() throws(Unreadable) -> Int {
            let start = position
            var value = 0
            while position < body.count, case let digit = body[position] &- UInt8(ascii: "0"), digit < 10 {
                value = value * 10 + Int(digit)
                guard value <= Int(Int32.max) else { throw .malformed(at: start) }
                position += 1
            }
            guard position > start, value > 0 else { throw .malformed(at: start) }
            return value
        }
    }
}

extension [UInt8] {
    /// Appends a number in ASCII decimal, without going through `String`.
    package mutating func append(decimal number: Int) {
        guard number >= 10 || number < 0 else {
            append(UInt8(ascii: "0") + UInt8(number))
            return
        }
        if number < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = number.magnitude
        while rest > 0 {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }
}
