/// The effect of all words in force on one step.
struct Effect {
    enum Ending {
        /// The reply is given as usual.
        case none
        /// 421, then the connection is closed.
        case close
        /// The connection is closed without a reply.
        case hangUp
        /// A reply without an end.
        case flood
    }

    var delayMilliseconds = 0
    var answer: Reply?
    var ending = Ending.none
    var forgets = false
    var dripMilliseconds: Int?
    var isMultiline = false
    var hasExtra = false
    /// The connection ends after this many octets of content.
    var cutAfterBytes: Int?

    init() {}

    /// - Parameters:
    ///   - step: The step that is about to be answered.
    ///   - behaviours: The words in force, the strongest first.
    init(at step: Behaviour.Step, of behaviours: [Behaviour]) {
        for behaviour in behaviours { add(behaviour.deed, at: step) }
    }

    private mutating func add(_ deed: Behaviour.Deed, at step: Behaviour.Step) {
        switch deed {
        case .answer(step, let reply) where ending == .none: answer = answer ?? reply
        case .close(step) where ending == .none && answer == nil: ending = .close
        case .hangUp(step) where ending == .none && answer == nil: ending = .hangUp
        case .flood(step) where ending == .none && answer == nil: ending = .flood
        case .delay(step, let milliseconds): delayMilliseconds += milliseconds
        case .extra(step): hasExtra = true
        case .forgetDot where step == .dot: forgets = true
        case .hangUpAfterBytes(let count): cutAfterBytes = min(cutAfterBytes ?? count, count)
        case .drip(let milliseconds): dripMilliseconds = dripMilliseconds ?? milliseconds
        case .multiline: isMultiline = true
        case .accept, .answer, .close, .hangUp, .flood, .extra, .forgetDot, .sequel: break
        case .delay: break
        }
    }
}
