import MailSimulator
import Shared
import Testing

@Suite(.enabled(if: Stage.isAvailable)) struct WholeCampaign {
    @Test func `each recipient gets one letter, and the books say so`() async throws {
        try await Stage.with { stage in
            try await stage.addContacts(1_000)
            let campaign = try await stage.startCampaign()
            _ = try stage.startProducer()
            _ = try stage.startWorker()
            let books = try await stage.wait(for: campaign)
            #expect(books.state == .finished)
            #expect(books[.accepted] == 1_000)
            #expect(stage.simulator.accepted.count == 1_000)
            #expect(Set(stage.simulator.accepted.map(\.recipient)).count == 1_000)
        }
    }
}
