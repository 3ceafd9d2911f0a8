/// Where a program keeps state for its next start on this machine.
package struct StateSettings: Sendable, Equatable {
    /// The folder that all programs of a machine share; `nil` for none.
    package let machineFolder: String?
    /// Distinguishes instances of one program; `nil` if there is only one.
    package let instance: String?

    package init(machineFolder: String?, instance: String?) {
        self.machineFolder = machineFolder
        self.instance = instance
    }

    package init(reading reader: inout SettingsReader) {
        machineFolder = reader.text(.stateDirectory)
        instance = reader.instance()
    }

    /// The name of a program's folder below the machine's: `PROGRAM`, or `PROGRAM@INSTANCE` like a systemd unit.
    package func folderName(of program: String) -> String { instance.map { "\(program)@\($0)" } ?? program }
}

extension SettingsReader {
    fileprivate mutating func instance() -> String? {
        guard let text = text(.instance) else { return nil }
        let isName = text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || Array("-._:\\".utf8).contains($0) }
        guard isName, text.utf8.count <= 64 else {
            report(.instance, "must be at most 64 letters, digits and any of - . _ : \\")
            return nil
        }
        return text
    }
}
