import Core
import Database

extension Session {
    /// How long a command waits for the programs to write down what it changed.
    private static let journalPatience = Duration.seconds(4)

    /// Waits until what this command changed is in a journal outside of the database, where any is kept.
    ///
    /// The change stands all the same: where it takes too long, that is told.
    func awaitJournal() async {
        do {
            guard try await !database.journals().isEmpty else { return }
            guard try await database.waitForJournal(Self.journalPatience) > 0 else { return }
            console.complain(
                "done; no program has written it to its journal yet, so a restore would forget it. `veredus doctor` says what "
                    + "is wrong"
            )
        } catch {
            console.complain("done; whether it is in a journal could not be asked: \(AdminFailure(error).message)")
        }
    }
}
