import Core
import Database
import Templates

/// The opt-out pages, as values: their texts, in the message's language, with the sender's name.
///
/// None shows an address: the message may have been forwarded.
struct OptOutPages: Sendable {
    /// When a page submits its form: after a sign of a person, at once, or only by its button.
    enum Confirming: String {
        case sign, now, button
    }

    private static let page = Page.embedded(PackageResources.optout_mustache, name: "optout.mustache")

    let phrases: Phrases
    private let values: [String: String]
    private let message: OptOutMessage?
    private let sender: String?

    /// The pages for a message.
    init(_ message: OptOutMessage) {
        phrases = Phrases.of(message.language ?? .en)
        values = ["sender": message.senderName, "list": message.listName]
        self.message = message
        sender = message.senderName
    }

    /// The pages for an unknown message, in a language that the browser accepts.
    init(acceptLanguage: String?, sender: String? = nil) {
        phrases = Phrases.preferred(acceptLanguage)
        values = sender.map { ["sender": $0] } ?? [:]
        message = nil
        self.sender = sender
    }

    // MARK: Pages

    /// The unsubscribe page: one button, which the page itself presses for a person.
    func ask(token: String) throws(RenderError) -> [UInt8] {
        let isNewsletter = message?.kind != .transactional
        return try render(
            "ask",
            title: isNewsletter ? "unsubscribe_title" : "transactional_title",
            lines: [try text(isNewsletter ? "unsubscribe_text" : "transactional_text")],
            [
                "confirm": try confirm(
                    [("action", "unsubscribe")],
                    isNewsletter ? .sign : .button,
                    try text(isNewsletter ? "unsubscribe_button" : "leave_label")
                ),
                "link": try link(token),
            ]
        )
    }

    /// The same for a message whose list is not known any more.
    func askAboutMarketing() throws(RenderError) -> [UInt8] {
        try render(
            "ask",
            title: "marketing_title",
            lines: [try text("marketing_text")],
            ["confirm": try confirm([("action", "marketing")], .sign, try text("marketing_button"))]
        )
    }

    /// `token` is `nil` where the preferences cannot be shown.
    func receipt(_ receipt: OptOutReceipt, token: String?) throws(RenderError) -> [UInt8] {
        var lines = [try text(effect(receipt.choice))]
        if receipt.isNew {
            lines.append(try count(receipt.recalled, none: "recalled_none", one: "recalled_one", many: "recalled_many"))
            if receipt.onTheirWay > 0 {
                lines.append(try count(receipt.onTheirWay, none: "on_way_one", one: "on_way_one", many: "on_way_many"))
            }
        } else {
            lines.append(try text("receipt_earlier"))
        }
        return try render(
            "receipt",
            title: "receipt_title",
            lines: lines,
            [
                "since": [
                    "label": .text(MergeText(try text("receipt_when"))),
                    "datetime": .text(MergeText(Timestamp.text(receipt.at))),
                    "text": .text(MergeText(try phrases.moment(receipt.at))),
                ],
                "undo": receipt.canBeTakenBack && token != nil ? try undo([(receipt.proof, "undo_button")]) : false,
                "link": try token.map { token throws(RenderError) in try link(token) } ?? false,
            ]
        )
    }

    /// After an undo.
    func undone(_ done: TakenBack, token: String) throws(RenderError) -> [UInt8] {
        try render(
            done == .nothing ? "not-undone" : "undone",
            title: done == .nothing ? "not_undone_title" : "undone_title",
            lines: [try outcome(done)],
            ["link": try link(token)]
        )
    }

    /// What an undo did, in a sentence.
    func outcome(_ done: TakenBack) throws(RenderError) -> String {
        switch done {
        case .nothing: try text("not_undone_text")
        case .subscribed: try text("undone_text")
        case .butStillOff: try text("undone_still_off_text")
        }
    }

    /// The preference page; `note` is the name of a phrase about what was just done.
    func preferences(_ preferences: MailPreferences, notes: [String]) throws(RenderError) -> [UInt8] {
        var lists: [MergeValue] = []
        for list in preferences.lists {
            let isSubscribed = list.isSubscribed && !preferences.isOffMarketing
            lists.append([
                "list": .text(MergeText(String(list.list))), "name": .text(MergeText(list.name)),
                "state": .text(MergeText(try text(isSubscribed ? "subscribed" : "not_subscribed"))),
                "leave": isSubscribed
                    ? [
                        "button": .text(MergeText(try text("leave_button"))),
                        "label": .text(MergeText(try phrases.text("leave_label", ["list": list.name]))),
                    ] : false,
            ])
        }
        var fields: [String: MergeValue] = ["lists": .list(lists)]
        for name in ["lists_title", "lists_text", "lists_list", "lists_state", "lists_action", "marketing_title"] {
            fields[name] = .text(MergeText(try text(name)))
        }
        let isOff = preferences.isOffMarketing
        fields["marketing_off"] = isOff ? .text(MergeText(try text("marketing_off"))) : false
        fields["marketing"] =
            isOff
            ? false
            : [
                "text": .text(MergeText(try text("marketing_text"))),
                "button": .text(MergeText(try text("marketing_button"))),
            ]
        return try render(
            "preferences",
            title: "preferences_title",
            lines: notes,
            [
                "preferences": .object(fields.map { MergeField(name: MergeText($0.key), value: $0.value) }),
                "undo": try undoAll(preferences),
            ]
        )
    }

    /// The opt-out cannot be stored; the page resends `fields` until it can.
    func busy(_ fields: [(String, String)], _ confirming: Confirming) throws(RenderError) -> [UInt8] {
        try render(
            "busy",
            title: "busy_title",
            lines: [try text("busy_text")],
            ["confirm": try confirm(fields, confirming, try text("busy_button")), "reloads": true]
        )
    }

    /// The data cannot be read; the page reloads itself.
    func busyReading() throws(RenderError) -> [UInt8] {
        try render("busy", title: "busy_title", lines: [try text("busy_text")], ["refreshes": true])
    }

    func unknown() throws(RenderError) -> [UInt8] {
        try render("unknown", title: "unknown_title", lines: [try text("unknown_text")])
    }

    /// The page behind the links of a test message.
    func test() throws(RenderError) -> [UInt8] {
        try render("test", title: "test_title", lines: [try text("test_text")])
    }

    /// The page for an unknown path.
    func notThere() throws(RenderError) -> [UInt8] {
        try render("not-there", title: "not_there_title", lines: [try text("not_there_text")])
    }

    func tooOften() throws(RenderError) -> [UInt8] {
        try render("too-often", title: "too_often_title", lines: [try text("too_often_text")])
    }

    // MARK: Parts

    /// The result of a choice on the preference page, in sentences.
    func notes(_ receipt: OptOutReceipt, _ preferences: MailPreferences) throws(RenderError) -> [String] {
        var values = values
        if let list = preferences.lists.first(where: { receipt.choice == .list($0.list) }) {
            values["list"] = list.name
        }
        let what = try phrases.text(effect(receipt.choice), values)
        let recalled = try count(receipt.recalled, none: "recalled_none", one: "recalled_one", many: "recalled_many")
        let since = "\(try text("receipt_when")) \(try phrases.moment(receipt.at))."
        guard receipt.isNew else { return [what, try text("receipt_earlier"), since] }
        guard receipt.onTheirWay > 0 else { return [what, recalled, since] }
        return [
            what, recalled,
            try count(receipt.onTheirWay, none: "on_way_one", one: "on_way_one", many: "on_way_many"), since,
        ]
    }

    /// The phrase for an opt-out's effect; transactional mail continues.
    private func effect(_ choice: OptOutChoice) -> String {
        switch choice {
        case .marketing: "receipt_marketing"
        case .list: message?.kind == .transactional ? "receipt_list_transactional" : "receipt_list"
        }
    }

    func text(_ name: String) throws(RenderError) -> String { try phrases.text(name, values) }

    private func count(_ number: Int, none: String, one: String, many: String) throws(RenderError) -> String {
        try phrases.text(number == 0 ? none : number == 1 ? one : many, ["count": String(number)])
    }

    private func confirm(
        _ fields: [(String, String)],
        _ confirming: Confirming,
        _ button: String
    ) throws(RenderError) -> MergeValue {
        [
            "when": .text(MergeText(confirming.rawValue)), "button": .text(MergeText(button)),
            "fields": .list(
                fields.map { ["name": .text(MergeText($0.0)), "value": .text(MergeText($0.1))] }
            ),
            "working": .text(MergeText(try text("working"))), "waiting": .text(MergeText(try text("busy_text"))),
        ]
    }

    private func undo(_ items: [(proof: Int64, phrase: String)]) throws(RenderError) -> MergeValue {
        var buttons: [MergeValue] = []
        for item in items {
            buttons.append([
                "proof": .text(MergeText(String(item.proof))), "button": .text(MergeText(try text(item.phrase))),
            ])
        }
        return try undo(buttons)
    }

    private func undo(_ buttons: [MergeValue]) throws(RenderError) -> MergeValue {
        guard !buttons.isEmpty else { return false }
        return [
            "title": .text(MergeText(try text("undo_title"))), "text": .text(MergeText(try text("undo_text"))),
            "items": .list(buttons),
        ]
    }

    private func undoAll(_ preferences: MailPreferences) throws(RenderError) -> MergeValue {
        var buttons: [MergeValue] = []
        for receipt in preferences.undoable {
            let list = preferences.lists.first { receipt.choice == .list($0.list) }
            guard list != nil || receipt.choice == .marketing else { continue }
            let phrase = receipt.choice == .marketing ? "undo_marketing" : "undo_list"
            buttons.append([
                "proof": .text(MergeText(String(receipt.proof))),
                "button": .text(MergeText(try phrases.text(phrase, ["list": list?.name ?? ""]))),
            ])
        }
        return try undo(buttons)
    }

    private func link(_ token: String) throws(RenderError) -> MergeValue {
        ["token": .text(MergeText(token)), "text": .text(MergeText(try text("preferences_link")))]
    }

    /// Every name in the template has a value, if only `false`.
    private func render(
        _ state: String,
        title: String,
        lines: [String],
        _ parts: [String: MergeValue] = [:]
    ) throws(RenderError) -> [UInt8] {
        var fields: [String: MergeValue] = [
            "language": .text(MergeText(phrases.language.rawValue)), "state": .text(MergeText(state)),
            "title": .text(MergeText(try text(title))),
            "sender": sender.map { .text(MergeText($0)) } ?? false,
            "lines": .list(lines.map { .text(MergeText($0)) }),
            "since": false, "confirm": false, "preferences": false, "undo": false, "link": false, "reloads": false,
            "refreshes": false,
        ]
        fields.merge(parts) { $1 }
        return try Self.page.render(.object(fields.map { MergeField(name: MergeText($0.key), value: $0.value) }))
    }
}
