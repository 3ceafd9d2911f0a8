import ArgumentParser

struct InboundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbound",
        abstract: "Bounces, complaints and unsubscribes that come back by mail.",
        subcommands: [InboundExplain.self, InboundRules.self]
    )
}
