extension Statement {
    /// Every statement of the service: what the statement check prepares against the migrated schema.
    package static let all: [Statement] = []
}
