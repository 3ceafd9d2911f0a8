/// Tells machines from people by a request's header fields.
///
/// The rules cover kinds of programs, not a list of names. Known facts and limits:
/// - Apple's Mail Privacy Protection fetches every picture through Apple's relays, opened or not, and sends only
///   `Mozilla/5.0`. No mail program or browser of a person sends so little.
/// - Gmail's and Yahoo's picture proxies name themselves (`GoogleImageProxy`, `YahooMailProxy`). They fetch mostly
///   when a message is opened, but also at other times, indistinguishably. They count as machines.
/// - Scanners of mail gateways often claim to be a browser. Their behaviour reveals them: many links at once.
/// - A browser that loads a page in advance says so in `Sec-Purpose`, `Purpose` or `X-Moz`.
package enum MachineSigns {
    /// Whether a program of that name fetches automatically; one without a name does.
    package static func isMachine(agent: String?) -> Bool {
        guard let agent else { return true }
        let name = ASCII.lowercased(agent.utf8)
        guard name.count >= 12, name.count <= 1_024 else { return true }
        return isPersonal(name) ? contains(name) { words[Int($0)] } || isForeignBrowser(name) : true
    }

    /// Whether a browser loads in advance: values of `Sec-Purpose`, `Purpose`, `X-Purpose` and `X-Moz`.
    package static func isAhead(purposes: [String]) -> Bool {
        purposes.contains { purpose in
            let value = ASCII.lowercased(purpose.utf8)
            return ["prefetch", "prerender", "preview", "instant"].contains { value.contains($0.utf8) }
        }
    }

    /// Whether it begins like a browser's, with a platform in brackets, or is a mail program's own.
    private static func isPersonal(_ name: [UInt8]) -> Bool {
        for start in ["mozilla/", "opera/"] where name.starts(with: start.utf8) {
            let rest = name.dropFirst(start.utf8.count).drop { ASCII.isDigit($0) || $0 == UInt8(ascii: ".") }
            return rest.starts(with: " (".utf8)
        }
        return contains(name) { mailPrograms[Int($0)] }
    }

    /// `(compatible; …)` was Internet Explorer's, and is Outlook's; today others send it to be accepted.
    private static func isForeignBrowser(_ name: [UInt8]) -> Bool {
        name.contains("compatible;".utf8) && !name.contains("msie ".utf8)
    }

    private static let mailPrograms = table([
        "outlook", "thunderbird", "lotus-notes", "cfnetwork", "dalvik/", "blackberry",
    ])

    /// Names of programs that fetch automatically, or of the tools they are made with.
    private static let words = table([
        "bot", "crawl", "spider", "slurp", "scan", "proxy", "preview", "fetch", "monitor", "check", "valid", "headless",
        "lighthouse", "python", "java/", "curl", "wget", "http://", "https://", "@", "phantom", "index", "archive",
        "search", "feed", "rss", "facebookexternalhit", "whatsapp", "synthetic", "scrap", "probe", "survey", "audit",
        "snippet", "reader", "prerender", "selenium", "puppeteer", "playwright", "read-aloud", "appengine",
        "cloudflare",
        "inspect", "uptime", "ptst", "pingdom", "datadog", "screenshot", "favicon", "security", "watch", "safelinks",
        "barracuda", "mimecast", "proofpoint", "symantec", "trendmicro", "fortinet", "messagelabs", "cyren",
    ])

    private static func table(_ words: [String]) -> [[[UInt8]]] {
        var table = [[[UInt8]]](repeating: [], count: 256)
        for word in words.map({ Array($0.utf8) }) { table[Int(word[0])].append(word) }
        return table
    }

    /// One pass over the text; at each place only the words that begin with that byte are tried.
    private static func contains(_ text: [UInt8], _ candidates: (UInt8) -> [[UInt8]]) -> Bool {
        text.indices.contains { index in
            candidates(text[index]).contains { text[index...].starts(with: $0) }
        }
    }
}

extension [UInt8] {
    fileprivate func contains(_ word: String.UTF8View) -> Bool {
        indices.contains { self[$0...].starts(with: word) }
    }
}
