/// Opens and clicks; those of machines are counted separately.
///
/// In aggregate tracking, small figures are withheld (P5): they are 0 here and ``isTold(_:)`` is false, so that they
/// cannot be shown by mistake. Show ``told(_:)``.
package struct EngagementCounts: Sendable, Equatable {
    /// Whether a figure is shown, or why it is withheld.
    package enum Telling: Sendable, Equatable {
        case plain
        /// It is too small.
        case tooFew
        /// Large enough, but subtracting it from the total would reveal a small one.
        case cover
    }

    /// Pixels or links requested at least once by a person, as far as known.
    package var unique: Int64 = 0
    /// The total number of requests.
    package var total: Int64 = 0
    /// By machines: mail providers' proxies, scanners.
    package var machine: Int64 = 0
    /// Of ``unique`` and ``total``.
    package var people = Telling.plain
    /// Of ``machine``.
    package var machines = Telling.plain

    package init() {}

    /// Fewer are not told.
    package static let least: Int64 = 5

    /// Whether ``unique`` and ``total`` are not told.
    package var isBlurred: Bool { people != .plain }

    package func isTold(_ figure: KeyPath<EngagementCounts, Int64>) -> Bool { telling(figure) == .plain }

    /// A figure as text: its number, or that it is withheld.
    package func told(_ figure: KeyPath<EngagementCounts, Int64>) -> String {
        switch telling(figure) {
        case .plain: String(self[keyPath: figure])
        case .tooFew: "fewer than \(Self.least)"
        case .cover: "not told"
        }
    }

    private func telling(_ figure: KeyPath<EngagementCounts, Int64>) -> Telling {
        figure == \.machine ? machines : people
    }

    /// The rule: figures below five, or of fewer than twenty recipients, are withheld, as is any part of a total that
    /// would reveal one.
    ///
    /// - Parameters:
    ///   - parts: The parts of one total: all links, all hours.
    ///   - recipients: How many messages went out.
    /// - Returns: The parts in their order, 0 where they are not told.
    static func blurred(_ parts: [EngagementCounts], among recipients: Int64) -> [EngagementCounts] {
        let isCrowd = recipients >= Int64(EventTotals.leastAudience)
        func telling(_ figures: [Int64]) -> [Telling] {
            isCrowd ? Self.telling(figures) : figures.map { _ in .tooFew }
        }
        let people = telling(parts.map(\.unique))
        let machines = telling(parts.map(\.machine))
        return parts.indices.map { index in
            var told = EngagementCounts()
            (told.people, told.machines) = (people[index], machines[index])
            if told.people == .plain { (told.unique, told.total) = (parts[index].unique, parts[index].total) }
            if told.machines == .plain { told.machine = parts[index].machine }
            return told
        }
    }

    /// Which parts of a shown total are shown: the withheld ones are two or more that add up to ``least`` or more, so
    /// that subtraction reveals nothing; the smallest set that covers the small ones.
    static func telling(_ parts: [Int64]) -> [Telling] {
        var result = parts.map { $0 < least ? Telling.tooFew : .plain }
        guard parts.count > 1, result.contains(.tooFew) else { return result }
        var hidden = parts.filter { $0 < least }
        let covers = parts.indices.filter { parts[$0] >= least }.sorted { parts[$0] < parts[$1] }
        for cover in covers where hidden.count < 2 || hidden.reduce(0, +) < least {
            result[cover] = .cover
            hidden.append(parts[cover])
        }
        return result
    }

    static func += (left: inout Self, right: Self) {
        left.unique += right.unique
        left.total += right.total
        left.machine += right.machine
    }
}
