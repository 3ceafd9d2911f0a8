import Testing

@testable import Inbound
