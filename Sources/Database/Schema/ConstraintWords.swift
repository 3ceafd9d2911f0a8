import Core
import DatabaseClient

extension PostgresError {
    /// What is wrong with somebody's input, where a constraint noticed it: because two asked at once, or nothing looked
    /// before. `nil` for constraints that only a mistake in the program breaks.
    package var inputProblem: String? {
        switch kind {
        case .checkViolation, .uniqueViolation: constraint.flatMap { ConstraintWords.all[$0] }
        default: nil
        }
    }
}

/// The constraints that input of the command line or the API can break, in words.
package enum ConstraintWords {
    package static let all: [String: String] = [
        "accounts_name_key": "there is an account of that name already; choose another name",
        "accounts_name_check": "an account's name \(PlainName.rule)",
        "accounts_display_name_check": "an account's name \(PlainName.rule)",
        "accounts_soft_bounces_check": "soft bounces in a row must be 1 to 100",
        "accounts_soft_bounce_days_check": "days of soft bounces must be 1 to 365",
        "accounts_complaints_least_check": "complaints that are too few to pause for must be 1 or more",
        "accounts_brake_blocks_check": "blocks before a throttle must be 1 or more",
        "accounts_check": "complaints must warn before they pause, at 0.0001 to 100 percent",
        "lists_name_check": "a list's name \(PlainName.rule)",
        "lists_account_id_name_key": "there is a list of that name already; choose another name",
        "users_login_key": "somebody has that login already; choose another one",
        "users_login_check": LoginName.rule,
        "users_role_check": "there is no such role",
        "users_check": "a role of staff has no account, any other one has",
        "lanes_name_key": "there is a lane of that name already; choose another name",
        "lanes_name_check": "a lane's name must have \(LaneName.rule)",
        "lane_domains_pkey": "a domain belongs to another lane already; leave it out",
        "api_keys_name_check": "a key's name \(PlainName.rule)",
        "api_keys_scopes_check": "a key must have one scope at least",
        "idempotency_keys_key_check": "an Idempotency-Key must be 1 to 200 visible ASCII characters",
        "suppressions_check": "a list belongs to the scope list, and only to it",
    ]

    /// Those that no input reaches: what is written there is made by the program.
    package static let unreachable: Set<String> = [
        "accounts_pkey", "accounts_account_uuid_key", "accounts_tracking_check", "users_pkey", "contacts_pkey",
        "contacts_address_hash_check",
        "contacts_account_id_address_key_key", "contacts_attributes_check", "lists_pkey",
        "lists_list_id_account_id_key", "lists_list_uuid_key",
        "suppressions_account_id_address_hash_key_version_scope_list_key", "suppressions_address_hash_check",
        "lanes_pkey", "lanes_lane_id_check", "service_blocks_pkey", "service_blocks_address_hash_check",
        "service_blocks_block_id_key", "api_keys_pkey", "api_keys_hash_check", "api_keys_hash_key",
        "api_keys_prefix_check", "api_keys_prefix_key", "idempotency_keys_pkey", "idempotency_keys_request_hash_check",
        "campaigns_pkey", "campaign_versions_pkey",
    ]

    /// The tables that input of the command line or the API is written to.
    package static let tables = [
        "accounts", "users", "contacts", "lists", "suppressions", "lanes", "lane_domains", "service_blocks", "api_keys",
        "idempotency_keys", "campaigns", "campaign_versions",
    ]
}
