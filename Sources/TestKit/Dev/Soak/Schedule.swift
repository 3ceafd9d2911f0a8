/// The faults of a run and their points, all derived from the seed.
struct Schedule: Equatable, Sendable {
    /// The position of a worker when it is killed.
    enum Spot: String, Sendable, CaseIterable {
        /// With messages in flight, wherever they are.
        case anywhere
        /// The final dot of a message was accepted, and its reply is still withheld.
        case pastDot
        /// A message was replied to, but not recorded yet.
        case beforeRecord
        /// A claim has committed whose jobs the broker has not been told of.
        case beforeAck
    }

    enum Fault: Equatable, Sendable {
        case killWorker(Int, Spot)
        /// Stopped for longer than its lease, with messages in flight on either side of the dot; then it goes on.
        case stopWorker(Int, milliseconds: Int)
        case killProducer(Int)
        /// Killed; comes back, with what it had stored or with nothing.
        case killBroker(isWiped: Bool)
        /// Stopped as by a crash; comes back.
        case crashDatabase

        /// For people.
        var words: String {
            switch self {
            case .killWorker(let place, let spot): "kill worker \(place) (\(spot))"
            case .stopWorker(let place, let time): "stop worker \(place) for \(time) ms"
            case .killProducer(let place): "kill producer \(place)"
            case .killBroker(let isWiped): isWiped ? "kill and wipe the broker" : "kill the broker"
            case .crashDatabase: "crash the database"
            }
        }
    }

    struct Entry: Equatable, Sendable {
        /// How many copies must have been accepted before it happens.
        let copies: Int
        let fault: Fault
    }

    let entries: [Entry]

    /// - Parameters:
    ///   - seed: The same seed gives the same schedule.
    ///   - messages: Recipients of the run.
    ///   - kills: How many faults; of ten, one crashes the database, one kills a producer, one stops a worker. Of
    ///     fifteen one kills the broker, and the first of these wipes it.
    ///   - workers: How many there are.
    ///   - producers: How many there are.
    init(seed: UInt64, messages: Int, kills: Int, workers: Int, producers: Int) {
        var random = SplitMix(state: seed)
        let tenth = kills / 10
        var faults = Array(repeating: Fault.crashDatabase, count: tenth)
        faults += (0..<tenth).map { _ in .killProducer(.random(in: 0..<producers, using: &random)) }
        faults += (0..<tenth).map { _ in
            // From just past its lease, when its messages are being swept, to long after.
            .stopWorker(
                .random(in: 0..<workers, using: &random),
                milliseconds: .random(in: 5_500...9_500, using: &random)
            )
        }
        faults += (0..<(kills / 15)).map { .killBroker(isWiped: $0 == 0) }
        for number in 0..<(kills - faults.count) {
            let spot = Spot.allCases[number % Spot.allCases.count]
            faults.append(.killWorker(.random(in: 0..<workers, using: &random), spot))
        }
        faults.shuffle(using: &random)
        // Not in the first moments, and not when there is hardly anything left to hit.
        let range = max(1, messages / 50)...max(1, messages * 3 / 4)
        let points = faults.map { _ in Int.random(in: range, using: &random) }.sorted()
        entries = zip(points, faults).map(Entry.init)
    }
}

/// Random numbers that follow from a seed: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators".
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
