import DatabaseClient

extension Statement {
    static let journal: [Statement] = [
        .rightsToJournal, .markJournalled, .enterJournal, .noteJournalTrouble, .journalSight, .answerJournalCall,
        .foreignAddressKeys, .replayMailRight, .noteJournalAhead, .raiseNumbers, .journals, .forgetJournal,
        .forgetReplays, .callJournals, .waitingRights, .giveWaitingRightsBack,
    ]

    private static let keepers: [StatementRole] = [.producer, .web, .recorder, .inbound]
    private static let replayers: [StatementRole] = keepers + [.admin]

    /// `$1` how many.
    static let rightsToJournal = Statement(
        "rights-to-journal",
        roles: keepers,
        """
        SELECT generation, event, kind, account, key_version, key_check, address_hash, scope, list, reason, is_withheld
        FROM rights_to_journal($1)
        """
    )
    /// `$1` journal; `$2` the batch that was marked last; `$3` this one; `$4` generations; `$5` events; `$6` hashes.
    static let markJournalled = Statement(
        "mark-journalled",
        roles: keepers,
        "SELECT mark_journalled($1::text::uuid, $2, $3, $4, $5, $6)::text"
    )
    /// `$1` journal; `$2` name.
    static let enterJournal = Statement(
        "enter-journal",
        roles: keepers,
        "SELECT enter_journal($1::text::uuid, $2)::text"
    )
    /// `$1` journal; `$2` why it cannot be written.
    static let noteJournalTrouble = Statement(
        "note-journal-trouble",
        roles: keepers,
        "SELECT note_journal_trouble($1::text::uuid, $2)::text"
    )
    /// `$1` journal.
    static let journalSight = Statement(
        "journal-sight",
        roles: replayers,
        """
        SELECT i.journal_generation, i.journal_call, j.batch, j.answered, n.campaign, n.list, n.account, n.contact
        FROM installation i CROSS JOIN highest_numbers() n LEFT JOIN journals j ON j.journal_id = $1::text::uuid
        """
    )
    /// `$1` journal; `$2` call; `$3` its last batch; `$4` entries that the database lacked; `$5` that it cannot place.
    static let answerJournalCall = Statement(
        "answer-journal-call",
        roles: keepers,
        "SELECT answer_journal_call($1::text::uuid, $2, $3, $4, $5)::text"
    )
    /// `$1` numbers of keys; `$2` their check values.
    static let foreignAddressKeys = Statement(
        "foreign-address-keys",
        roles: replayers,
        "SELECT number FROM foreign_address_keys($1, $2) AS f(number)"
    )
    /// One entry of a journal, in the order of its columns.
    static let replayMailRight = Statement(
        "replay-mail-right",
        roles: replayers,
        """
        SELECT outcome, recalled
        FROM replay_mail_right($1::bigint, $2::bigint, $3::smallint, $4::text, $5::smallint, $6::bytea, $7::smallint,
                               $8::text, $9::smallint, $10::boolean)
        """
    )
    /// `$1` the journal's name; `$2` the newest generation in it.
    static let noteJournalAhead = Statement(
        "note-journal-ahead",
        roles: replayers,
        "SELECT note_journal_ahead($1, $2)::text"
    )
    /// `$1` campaign; `$2` list; `$3` account; `$4` contact.
    static let raiseNumbers = Statement(
        "raise-numbers",
        roles: replayers,
        "SELECT raise_numbers($1, $2, $3, $4)"
    )
    static let journals = Statement(
        "journals",
        roles: replayers,
        """
        SELECT journal_id::text, name, answered, trouble, replayed, unknown FROM journals
        ORDER BY name, journal_id
        """
    )
    /// `$1` journal.
    static let forgetJournal = Statement(
        "forget-journal",
        role: .admin,
        "DELETE FROM journals WHERE journal_id = $1::text::uuid"
    )
    static let forgetReplays = Statement(
        "forget-replays",
        role: .admin,
        "UPDATE journals SET replayed = 0, unknown = 0"
    )
    /// Asks every journal to report, unless they are asked already; `$1` a number that was never asked with.
    static let callJournals = Statement(
        "call-journals",
        role: .admin,
        "UPDATE installation SET journal_call = CASE journal_call WHEN 0 THEN $1 ELSE journal_call END RETURNING journal_call"
    )
    static let waitingRights = Statement(
        "waiting-rights",
        role: .admin,
        "SELECT waiting, oldest, newest FROM count_waiting_rights()"
    )
    static let giveWaitingRightsBack = Statement(
        "give-waiting-rights-back",
        role: .admin,
        "SELECT give_waiting_rights_back()"
    )
}
