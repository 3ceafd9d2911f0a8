import Glibc

/// A function over text from outside, and input of any size for it.
package struct TextWork: Sendable, CustomStringConvertible {
    package let name: String
    /// Why it is hostile, or usual.
    package let because: String
    /// The smaller of the two sizes that are compared.
    package let size: Int
    /// Makes input of a size, and the work on it.
    package let prepare: @Sendable (Int) throws -> () throws -> Void

    package init(
        _ name: String,
        _ because: String,
        size: Int,
        _ prepare: @escaping @Sendable (Int) throws -> () throws -> Void
    ) {
        self.name = name
        self.because = because
        self.size = size
        self.prepare = prepare
    }

    package var description: String { "\(name): \(because)" }
}

/// How much more CPU time 16 times the input takes: 16 if it is linear, 256 if it is quadratic.
package enum CPUGrowth {
    /// Above 16 with noise, allocation and n log n; far below quadratic.
    package static let most = 40.0

    /// - Throws: Whatever the work throws.
    package static func of(_ work: TextWork) throws -> Double {
        let small = try bestSeconds(of: try work.prepare(work.size), while: { _ in true })
        // One fast run is enough; five slow ones are a proof.
        let large = try bestSeconds(of: try work.prepare(16 * work.size), while: { $0 > small * most / 2 })
        return large / small
    }

    private static func bestSeconds(of work: () throws -> Void, while goesOn: (Double) -> Bool) throws -> Double {
        var best = Double.infinity
        for _ in 0..<5 where goesOn(best) {
            let start = threadSeconds()
            try work()
            best = min(best, threadSeconds() - start)
        }
        return best
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
