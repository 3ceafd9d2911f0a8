/// Visits all states of a model, breadth first, so that the first counterexample is a shortest one.
struct Explorer {
    let model: FlightModel

    struct Outcome {
        /// Visited.
        let states: Int
        let counterexample: Counterexample?
    }

    struct Counterexample: CustomStringConvertible {
        let invariant: Invariant
        let steps: [Step]

        var description: String {
            let lines = steps.enumerated().map { number, step in
                var words = "  \(number + 1). \(step.name)"
                if step.run >= 0 { words += ", run \(step.run)" }
                if step.row >= 0 { words += ", row \(step.row)" }
                if step.token > 0 { words += ", claim \(step.token)" }
                return words
            }
            return "\(invariant) is broken:\n" + lines.joined(separator: "\n")
        }
    }

    /// `most`: The states after which it gives up.
    struct TooManyStates: Error {
        let most: Int
    }

    func run(atMost most: Int = .max) throws -> Outcome {
        var seen = StateSet()
        var parents: [Int32] = [-1]
        var steps = Steps()
        _ = seen.insert(model.initial)
        var place = 0
        while place < seen.states.count {
            let state = seen.states[place]
            model.steps(from: state, into: &steps)
            let isAtRest = !steps.found.contains { !$0.step.isFault }
            if let invariant = model.brokenInvariant(state, isAtRest: isAtRest) {
                let trace = trace(to: place, seen.states, parents)
                return Outcome(
                    states: seen.states.count,
                    counterexample: Counterexample(invariant: invariant, steps: trace)
                )
            }
            for found in steps.found where seen.insert(found.state) { parents.append(Int32(place)) }
            guard seen.states.count <= most else { throw TooManyStates(most: most) }
            place += 1
        }
        return Outcome(states: seen.states.count, counterexample: nil)
    }

    private func trace(to last: Int, _ states: [State], _ parents: [Int32]) -> [Step] {
        var trace: [Step] = []
        var place = last
        var steps = Steps()
        while parents[place] >= 0 {
            let parent = Int(parents[place])
            model.steps(from: states[parent], into: &steps)
            if let found = steps.found.first(where: { $0.state == states[place] }) { trace.append(found.step) }
            place = parent
        }
        return trace.reversed()
    }
}

/// States in the order in which they were found, each once.
private struct StateSet {
    private(set) var states: [State] = []
    /// Places in `states`, from 1; 0 is free.
    private var table = [Int32](repeating: 0, count: 1 << 16)

    /// - Returns: Whether it is new.
    mutating func insert(_ state: State) -> Bool {
        if states.count * 2 > table.count { grow() }
        let place = place(of: state)
        guard table[place] == 0 else { return false }
        states.append(state)
        table[place] = Int32(states.count)
        return true
    }

    private func place(of state: State) -> Int {
        let mask = table.count - 1
        var place = hash(state) & mask
        while table[place] != 0, states[Int(table[place]) - 1] != state { place = (place + 1) & mask }
        return place
    }

    private func hash(_ state: State) -> Int {
        let words = unsafeBitCast(state.words, to: SIMD8<UInt64>.self)
        var hash: UInt64 = 0
        for index in 0..<8 {
            hash = (hash ^ words[index]) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        return Int(truncatingIfNeeded: hash >> 1)
    }

    private mutating func grow() {
        table = [Int32](repeating: 0, count: table.count * 2)
        for (number, state) in states.enumerated() { table[place(of: state)] = Int32(number + 1) }
    }
}
