/// Built-in rules about a mailbox that is not there, or is closed for good, in English: each name for it with all that can be
/// said of it.
///
/// What is so for now only, or said of a sender's address, has been decided by the rules before.
let builtInStateRules = phrasesOfStates.map { "    reason mailbox-unknown: \($0)" }.joined(separator: "\n")

private let phrasesOfStates: [String] = {
    // "Email account", "recipient address" and the like end in one of these.
    let names = [
        "user", "username", "user name", "account", "mailbox", "mail box", "recipient", "addressee", "address",
        "customer", "subscriber",
        "alias", "login",
    ]
    let adjectives = [
        "unknown", "invalid", "nonexistent", "non-existent", "non existent", "nonexistant", "non-existant",
        "non existant", "inactive", "closed", "deleted", "deactivated", "disabled", "suspended", "terminated",
        "cancelled", "canceled", "discontinued", "abandoned", "frozen", "retired", "obsolete", "unrecognized",
        "unregistered",
    ]
    let negations = [
        "found", "known", "valid", "active", "registered", "recognized", "recognised", "present", "local", "activated",
    ]
    let sentences =
        [
            "expired", "removed", "archived", "gone", "not here", "permanently disabled", "permanently closed",
            "administratively disabled",
        ]
        + negations.map { "not \($0)" }
        + [
            "does not exist", "does not exists", "does no exists", "doesn't exist", "doesn't exists", "doesnt exist",
            "don't exist", "do not exist", "not exist", "not exists", "not existing", "not existent", "didn't exist",
            "could not be found", "couldn't be found", "cannot be found", "can not be found", "can't be found",
            "wasn't found", "isn't found", "isn't active", "isn't valid", "no longer exists", "no longer exist",
            "no longer active", "no longer valid", "no longer available", "no longer in use", "no longer on",
            "no longer accepts", "no longer works", "blocked due to inactivity", "has no mailbox",
        ]
    let lasting = adjectives + sentences.prefix(8 + negations.count) + ["no longer", "blocked due to inactivity"]
    var phrases: [String] = []
    for adjective in adjectives {
        for name in names + ["email", "e-mail", "mail address"] { phrases.append("\(adjective) \(name)") }
    }
    for name in names {
        for state in adjectives + sentences { phrases.append("\(name) \(state)") }
        for state in lasting {
            for verb in ["is", "was", "has been"] { phrases.append("\(name) \(verb) \(state)") }
        }
        phrases += ["no such \(name)", "no \(name) by that name", "no \(name) with that name", "no \(name) found"]
    }
    return phrases
}()
