import Testing

@testable import SMTP

@Suite struct LoginRepliesTests {
    @Test func `only the last EHLO counts`() {
        var replies = LoginReplies()
        let lines = [
            "220 mx ESMTP", "250-mx", "250-PIPELINING", "250-STARTTLS", "250 SIZE 1000", "220 2.0.0 go", "250-mx",
            "250-size 35882577", "250-8BITMIME", "250-AUTH=LOGIN", "250-AUTH LOGIN plain", "250 SMTPUTF8",
            "334 VXNlcm5hbWU6", "235 2.7.0 welcome",
        ]
        for line in lines { Array((line + "\r\n").utf8).withUnsafeBytes { replies.take($0) } }
        var expected = SMTPCapabilities()
        expected.size = true
        expected.sizeLimit = 35_882_577
        expected.eightBitMIME = true
        expected.smtpUTF8 = true
        expected.mechanisms = ["LOGIN", "PLAIN"]
        #expect(replies.capabilities == expected)
        #expect(replies.hasBegunTLS)
        #expect(replies.lastLine == "235 2.7.0 welcome")
    }
}
