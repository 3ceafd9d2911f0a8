/// An error that says whether waiting may mend it; the adapters' errors do.
package protocol TransientFailure: Error {
    /// Whether the same call may succeed later without anybody doing anything.
    var isTransient: Bool { get }
}

extension Error {
    /// Whether the same call may succeed later; `false` for an error that does not say.
    package var isTransientFailure: Bool { (self as? any TransientFailure)?.isTransient ?? false }
}
