import Foundation

/// The demo's recipients: their addresses tell the simulator how to behave.
enum DemoContacts {
    private static let names = [
        "Ada", "Björn", "Chloé", "Đorđe", "Émile", "Fatima", "Grace", "İpek", "José", "Katarzyna", "Łukasz", "Mårten",
        "Noor",
        "Øystein", "Priya", "Zoë",
    ]
    private static let cities = [
        "Bath", "Córdoba", "Köln", "Lyon", "Mainz", "Milano", "Nîmes", "Trier", "Wien", "York", "Zürich",
    ]

    /// A CSV file.
    static func text(_ rows: Int) -> String {
        (1...rows).reduce(into: "email,name,city,code\n") { text, row in
            text += "\(localPart(row))@station-\(row % 40).example,\(names[row % names.count]),"
            text += "\(cities[row % cities.count]),V-\(padded(row))\n"
        }
    }

    /// How many of them lead to a refusal, a bounce, a complaint or an opt-out.
    static func expectedReturns(_ rows: Int) -> Int {
        (1...rows).count { row in
            ["reject", "bounce", "complain", "unsubscribe"].contains { localPart(row).hasPrefix($0) }
        }
    }

    private static func localPart(_ row: Int) -> String {
        switch (row % 1_000, row % 200, row % 100, row % 50) {
        case (71, _, _, _): "complain+\(row)"
        case (_, 31, _, _): "bounce-5.1.1+\(row)"
        case (_, 131, _, _): "bounce-later-5.2.2+\(row)"
        case (_, _, 41, _): "autoreply+\(row)"
        case (_, _, 61, _): "unsubscribe+\(row)"
        case (_, _, 50, _): "reject-550-5.1.1+\(row)"
        case (_, _, _, 25): "defer-once-451-4.7.1+\(row)"
        default: "reader-\(row)"
        }
    }

    private static func padded(_ row: Int) -> String {
        let digits = "\(row)"
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
