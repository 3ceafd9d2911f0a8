import Core
import Templates
import Yams

/// The file campaign.yaml: sender and rules. All problems are reported together, with their lines.
struct CampaignYAML {
    private(set) var name = ""
    private(set) var fromName = ""
    private(set) var fromAddress: EmailAddress?
    private(set) var replyTo: EmailAddress?
    private(set) var kind = CampaignKind.marketing
    private(set) var policy: DeliveryPolicy?
    private(set) var tracking = TrackingMode.aggregate
    private(set) var language = MessageLanguage.en
    private(set) var lifetime = CampaignLifetime.standard.interval
    private(set) var defaults = MergeValue.object([])

    private let path: String
    private var problems: [String] = []

    static let keys = [
        "name", "from", "reply_to", "kind", "policy", "tracking", "language", "lifetime", "defaults",
    ]

    /// - Throws: ``AdminFailure`` with every problem of the text.
    init(_ text: String, path: String) throws(AdminFailure) {
        self.path = path
        let root: Node
        do {
            guard let node = try YAMLReferences.compose(text) else {
                throw AdminFailure(.badData, "\(path): is empty; it needs at least name and from")
            }
            root = node
        } catch let failure as AdminFailure {
            throw failure
        } catch let found as YAMLReferences.Found {
            throw AdminFailure(
                .badData,
                "\(path):\(found.line): anchors (&name) and aliases (*name) are not supported. "
                    + "Write the value out where it is used, or quote a text that begins with such a sign"
            )
        } catch let error as YamlError {
            throw AdminFailure(.badData, "\(path): \(Self.words(of: error))")
        } catch {
            throw AdminFailure(.badData, "\(path): \(error)")
        }
        guard case .mapping(let mapping) = root else {
            throw AdminFailure(.badData, "\(path): must be lines KEY: VALUE")
        }
        for (key, value) in mapping { read(key, value) }
        if name.isEmpty, !problems.contains(where: { $0.contains(" name:") }) {
            problems.append("\(path): name is missing")
        }
        if fromAddress == nil, !problems.contains(where: { $0.contains(" from") }) {
            problems.append("\(path): from is missing, with name and address below it")
        }
        guard problems.isEmpty else { throw AdminFailure(.badData, problems.joined(separator: "\n")) }
    }

    private mutating func read(_ key: Node, _ value: Node) {
        switch key.string {
        case "name":
            name = text(value, "name") ?? ""
            if name.unicodeScalars.count > 200 { report(value, "name: has more than 200 characters") }
        case "from": readFrom(value)
        case "reply_to": replyTo = address(value, "reply_to")
        case "kind": kind = choice(value, "kind", CampaignKind.self) ?? kind
        case "policy":
            policy = choice(value, "policy", DeliveryPolicy.self)
        case "tracking": tracking = choice(value, "tracking", TrackingMode.self) ?? tracking
        case "language": language = choice(value, "language", MessageLanguage.self) ?? language
        case "lifetime": readLifetime(value)
        case "defaults": readDefaults(value)
        default: report(key, "unknown key \(key.string ?? "?"); keys are \(Self.keys.joined(separator: ", "))")
        }
    }

    private mutating func readFrom(_ node: Node) {
        guard case .mapping(let mapping) = node else {
            return report(node, "from: must have name and address below it")
        }
        for (key, value) in mapping {
            switch key.string {
            case "name": fromName = text(value, "from.name") ?? ""
            case "address": fromAddress = address(value, "from.address")
            default: report(key, "unknown key from.\(key.string ?? "?"); keys are name, address")
            }
        }
    }

    private mutating func readLifetime(_ node: Node) {
        guard let text = text(node, "lifetime") else { return }
        guard let read = CampaignLifetime(text) else {
            return report(node, "lifetime: must be a number and minutes, hours, days or weeks, 60 days at most")
        }
        lifetime = read.interval
    }

    private mutating func readDefaults(_ node: Node) {
        guard case .mapping = node else { return report(node, "defaults: must have FIELD: VALUE below it") }
        defaults = merge(node, depth: 0)
    }

    private mutating func merge(_ node: Node, depth: Int) -> MergeValue {
        guard depth < 16 else {
            report(node, "defaults: nested deeper than 16")
            return .null
        }
        switch node {
        case .scalar(let scalar):
            if CardNumber.isIn(scalar.string.utf8) { report(node, "defaults: \(CardNumber.refusal)") }
            guard scalar.style == .plain || scalar.style == .any else { return .text(MergeText(scalar.string)) }
            switch scalar.string {
            case "true": return .bool(true)
            case "false": return .bool(false)
            case "null", "~", "": return .null
            default:
                // 01234 is a postcode, not a number.
                let number = try? MergeValue(json: Array(scalar.string.utf8))
                if case .number = number, let number { return number }
                return .text(MergeText(scalar.string))
            }
        case .mapping(let mapping):
            var fields: [MergeField] = []
            for (key, value) in mapping {
                fields.append(MergeField(name: MergeText(key.string ?? ""), value: merge(value, depth: depth + 1)))
            }
            return .object(fields)
        case .sequence(let items):
            var values: [MergeValue] = []
            for item in items { values.append(merge(item, depth: depth + 1)) }
            return .list(values)
        case .alias:
            report(node, "defaults: aliases are not supported; write the value out")
            return .null
        }
    }

    // MARK: Scalars

    private mutating func text(_ node: Node, _ key: String) -> String? {
        guard let text = node.string, !text.isEmpty else {
            report(node, "\(key): must be text")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            report(node, "\(key): has a line break or another control character")
            return nil
        }
        return text
    }

    private mutating func address(_ node: Node, _ key: String) -> EmailAddress? {
        guard let text = text(node, key) else { return nil }
        do throws(EmailAddress.Invalid) {
            return try EmailAddress(text)
        } catch {
            report(node, "\(key): \(error). Write one address alone, without a name, as in name@example.net")
            return nil
        }
    }

    private mutating func choice<Choice: WireNamed>(_ node: Node, _ key: String, _: Choice.Type) -> Choice? {
        guard let found = node.string.flatMap({ Choice(name: $0) }) else {
            report(node, "\(key): must be one of \(Choice.names.joined(separator: ", "))")
            return nil
        }
        return found
    }

    private mutating func report(_ node: Node, _ problem: String) {
        problems.append("\(path)\(node.mark.map { ":\($0.line)" } ?? ""): \(problem)")
    }

    private static func words(of error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line): \(problem)"
        case .reader(let problem, _, _, _): problem
        case .duplicatedKeysInMapping: "a key is repeated"
        default: "\(error)"
        }
    }
}
