import Core

/// Mistakes in the set-up that make no program fail.
extension Finding {
    /// A week in which nearly all opens look like machines.
    ///
    /// Image proxies of mail providers count as machines, too; but a few readers always remain.
    static func opens(_ opens: (people: Int64, machines: Int64)) -> [Finding] {
        let all = opens.people + opens.machines
        guard all >= 200, opens.people * 50 < all else { return [] }
        return [
            .note(
                "opens",
                "\(grouped(opens.machines)) of \(grouped(all)) opens of the last week look like machines: name the proxy in "
                    + "front of veredus-web in VEREDUS_WEB_TRUSTED_PROXIES; without it all readers look like one client"
            )
        ]
    }

    /// Lanes in VEREDUS_LANES that do not exist.
    static func lanes(_ served: [String], known: [String]) -> [Finding] {
        let strange = served.filter { !known.contains($0) }
        guard !strange.isEmpty else { return [] }
        return [
            .problem(
                "settings",
                "VEREDUS_LANES names \(strange.joined(separator: ", ")), which does not exist (there are: "
                    + "\(known.joined(separator: ", "))): correct it, or `veredus lane create` it"
            )
        ]
    }

    /// Files with secrets that every user of the machine can read.
    static func publicSecrets(_ paths: [String]) -> [Finding] {
        paths.map { .note("settings", "everybody on this machine can read the secrets in \($0): chmod o= \($0)") }
    }
}
