import Core
import SMTP

extension SMTPRouteSettings {
    /// Reads VEREDUS_SMTP_URL and what goes with it; `nil` after a problem was noted.
    package init?(reading reader: inout SettingsReader) {
        let before = reader.problems.count
        let inputs = SMTPInputs(reading: &reader)
        guard reader.problems.count == before else { return nil }
        do throws(SMTPSettingsError) {
            try self.init(parsing: inputs.url, hostName: inputs.ehloName)
        } catch {
            reader.report(.smtpURL, error.problems.joined(separator: "; "))
            return nil
        }
        if let user = inputs.user {
            guard credentials == nil else {
                reader.report(.smtpUser, "is set, but the URL also names a user; remove one of them")
                return nil
            }
            credentials = Credentials(user: user, secret: inputs.password ?? "")
        }
        if !isTLSFirst { startTLS = StartTLS(rawValue: inputs.startTLS.rawValue) ?? .required }
        if let file = inputs.certificateAuthorities { authorityFile = file }
        ehloName = inputs.ehloName
        connections = inputs.connections
        messagesPerConnection = inputs.messagesPerConnection
        let problems = problems()
        guard problems.isEmpty else {
            reader.report(.smtpURL, problems.joined(separator: "; "))
            return nil
        }
    }
}
