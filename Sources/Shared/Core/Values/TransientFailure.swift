/// An error that may be transient; adapters' errors conform.
package protocol TransientFailure: Error {
    /// Whether the same call may succeed later without any change.
    var isTransient: Bool { get }
}

extension Error {
    /// Whether the same call may succeed later; `false` for an error that does not say.
    package var isTransientFailure: Bool { (self as? any TransientFailure)?.isTransient ?? false }
}
