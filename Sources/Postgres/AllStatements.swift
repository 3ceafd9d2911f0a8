extension Statement {
    /// Every statement of the service: what the statement check prepares against the migrated schema.
    static let all: [Statement] = []
}
