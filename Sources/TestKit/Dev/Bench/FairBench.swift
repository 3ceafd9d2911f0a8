import Foundation
import TestKit

/// Small campaigns alone and beside a large one; a fast lane alone and beside a slow one.
struct FairBench: Sendable {
    private static let slowDomain = "slow.example"
    private static let rounds = 3
    private static let smallCampaign = 1_000

    private let pipeline: PipelineBench
    private let recipients: Int

    private var bench: Bench { pipeline.bench }

    init(_ project: Project, _ options: Options) throws {
        // Against a server that can be slow, and beside a larger campaign.
        pipeline = try PipelineBench(try Bench(project, options, name: "fair"), options) { _ in .simulator }
        recipients = try options.number("RECIPIENTS", 10_000...10_000_000, default: 200_000)
    }

    func run() async throws {
        try await bench.onFreshServers { servers, group in
            _ = try await pipeline.start(servers, group, slowDomain: Self.slowDomain)
            Console.heading("Importing \(recipients) contacts for the large campaign, and those of the small ones")
            try await bench.tool.run("account", "create", "bench")
            var campaigns: [String] = []
            for round in 1...Self.rounds {
                campaigns += ["--alone", try await campaign("alone-\(round)", Self.smallCampaign)]
                campaigns += ["--beside", try await campaign("beside-\(round)", Self.smallCampaign)]
            }
            let half = recipients / 20
            campaigns += ["--large", try await campaign("large", recipients)]
            campaigns += ["--fast", try await campaign("fast", half)]
            campaigns += ["--mixed", try await campaign("mixed", 2 * half, slow: Self.slowDomain)]
            Console.heading("Measuring fairness")
            try await bench.script(
                "fair",
                campaigns + bench.databaseArguments(servers) + ["--veredus", bench.project.program("veredus")]
                    + pipeline.noted + ["--slow-ms", "200", "--output", bench.output]
            )
        }
    }

    /// A list with its contacts, and a campaign.
    ///
    /// - Returns: The campaign's number.
    private func campaign(_ list: String, _ recipients: Int, slow: String? = nil) async throws -> String {
        let contacts = try pipeline.writeContacts(recipients, prefix: list, slow: slow)
        try await bench.tool.run("list", "create", "--account", "bench", list)
        try await bench.tool.run("contacts", "import", contacts, "--account", "bench", "--list", list)
        try FileManager.default.removeItem(atPath: contacts)
        return "\(try await pipeline.makeCampaign(list: list))"
    }
}
