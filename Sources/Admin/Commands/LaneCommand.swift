import ArgumentParser
import Core
import Database

struct LaneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lane",
        abstract: "Create and show lanes, groups of recipient domains that share a queue.",
        subcommands: [Create.self, List.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a lane, for campaigns that start from now on.",
            discussion: "Start workers with VEREDUS_LANES=NAME; until then its recipients wait."
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The lane's name: \(LaneName.rule).") var name: String
        @Option(help: "Recipient domains, separated by commas.") var domains: String

        func run() async throws {
            guard LaneName.isValid(name) else {
                throw AdminFailure(.badData, "a lane's name must have \(LaneName.rule)")
            }
            let domains = try normalised()
            try await Session.run(common) { session in
                do {
                    let id = try await session.database.createLane(named: name, domains: domains)
                    let facts: JSONValue = [
                        "lane": .number(id), "name": .string(name), "domains": .array(domains.map { .string($0) }),
                    ]
                    if output.json {
                        session.console.print(facts)
                    } else {
                        session.console.print("lane \(id): \(name)")
                    }
                } catch let error as DomainTaken {
                    throw AdminFailure(.badData, "\(error.domain) already belongs to lane \(error.lane); leave it out")
                } catch {
                    throw AdminFailure.naming(error, taken: "a lane named \(name) already exists")
                }
            }
        }

        private func normalised() throws -> [String] {
            var result: [String] = []
            for part in domains.split(separator: ",", omittingEmptySubsequences: false) {
                let text = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
                do throws(DomainName.Invalid) {
                    let domain = String(decoding: try DomainName.normalised(text), as: UTF8.self)
                    if !result.contains(domain) { result.append(domain) }
                } catch {
                    throw AdminFailure(.badData, "--domains: \"\(text)\" is not a domain: \(error.reason)")
                }
            }
            return result
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the lanes.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Session.run(common) { session in
                let lanes = try await session.database.lanes()
                guard !output.json else {
                    return session.console.print(
                        .array(
                            lanes.map { lane in
                                [
                                    "lane": .number(lane.id), "name": .string(lane.name),
                                    "domains": .array(lane.domains.map { .string($0) }),
                                ]
                            }
                        )
                    )
                }
                session.console.print(
                    Table(
                        ["NUMBER", "NAME", "DOMAINS"],
                        lanes.map { lane in
                            let domains = lane.id == 1 ? "every other" : lane.domains.joined(separator: ", ")
                            return [String(lane.id), lane.name, domains]
                        }
                    ).text
                )
            }
        }
    }
}
