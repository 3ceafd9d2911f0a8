import Foundation
import TestKit

extension ChildProcess {
    /// Waits for its end, however long it takes; when we are interrupted it ends, too.
    func exitOrEnd() async throws -> End {
        do {
            return try await exit(within: .seconds(7 * 86_400))
        } catch {
            await endWithDescendants()
            throw error
        }
    }

    /// Ends it and all that it started: first as Ctrl-C does, so that it clears away, and then for certain.
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
