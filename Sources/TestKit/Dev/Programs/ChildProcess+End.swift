import Foundation
import TestKit

extension ChildProcess {
    /// Waits for its end, however long it takes; an interruption ends it, too.
    func exitOrEnd() async throws -> End {
        do {
            return try await exit(within: .seconds(7 * 86_400))
        } catch {
            await endWithDescendants()
            throw error
        }
    }

    /// Ends it and its descendants: first as Ctrl-C does, so that it cleans up, and then by force.
    func endWithDescendants() async {
        await shielded {
            let descendants = ProcessIdentity.descendants(of: self.pid)
            self.send(SIGINT)
            _ = try? await self.exit(within: .seconds(10))
            for process in descendants { process.send(SIGKILL) }
            self.kill()
        }
    }
}
