import Core
import Glibc
import ReturnedMail

/// What libFuzzer calls, again and again, with bytes that it makes to reach new branches: a mail that came back.
///
/// A crash is a finding, and so is a mail that is read otherwise once it was cut (what is stored must be judged as what
/// came), a token of ours that the cut left in it, or words of a provider that make its report another one.
private func readOneMail(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let report = readReport(bytes)
    let cut = cutReport(bytes)
    precondition(cut.count <= 8 * bytes.count + 4_096, "the cut is larger than the mail")
    precondition(report.recipients.count <= MIMELimits().recipients, "more recipients than are read")
    precondition(report.signedLocalParts.count <= 16, "more signed addresses than are kept")
    _ = readReport(cut)
    for line in bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 8) {
        _ = RuleBook.builtIn.classify(code: 550, enhanced: nil, text: Array(line))
        _ = RuleBook.builtIn.classify(SMTPReply(code: 550, text: Array(line)), at: .rcpt)
    }
    let words = String(decoding: bytes, as: UTF8.self)
    let told = ProviderReport(
        provider: words,
        id: words,
        recipient: "ada@example.com",
        signedLocalPart: "b+x",
        kind: .failed(status: words, words: words)
    )
    let understood = readReport(told.mail)
    precondition(understood.kind == .delivery, "a provider's words make its report something else")
    precondition(understood.recipients.map(\.address) == ["ada@example.com"], "or about somebody else")
    return 0
}

/// libFuzzer's own `main`, as a function: FuzzerInterface.h.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ testOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
struct FuzzReports {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runFuzzer(&count, &arguments, readOneMail))
    }
}
