import CLinux
import Glibc

/// The only owner of an epoll(7) descriptor.
struct PollSet: ~Copyable {
    private let descriptor: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>

    private init(owning descriptor: Int32) {
        self.descriptor = descriptor
        events = .allocate(capacity: 128)
        events.initialize(repeating: epoll_event())
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    static func open() -> PollSet? {
        let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        return descriptor < 0 ? nil : PollSet(owning: descriptor)
    }

    static var readable: UInt32 { EPOLLIN.rawValue }
    static var writable: UInt32 { EPOLLOUT.rawValue }

    /// Watches a file, or changes what is watched of it; the key comes back with each event.
    func watch(_ file: Int32, for interest: UInt32, key: UInt64) {
        var event = epoll_event()
        event.events = interest
        event.data.u64 = key
        if epoll_ctl(descriptor, EPOLL_CTL_ADD, file, &event) != 0, errno == EEXIST {
            epoll_ctl(descriptor, EPOLL_CTL_MOD, file, &event)
        }
    }

    /// Also for a file that is not watched.
    func forget(_ file: Int32) {
        var event = epoll_event()
        epoll_ctl(descriptor, EPOLL_CTL_DEL, file, &event)
    }

    /// Waits, and hands each event to `body`; 0 milliseconds do not wait, -1 waits without end.
    ///
    /// - Returns: How many there were.
    func wait(milliseconds: Int32, _ body: (_ key: UInt64, _ events: UInt32) -> Void) -> Int {
        let count = max(0, Int(epoll_wait(descriptor, events.baseAddress, Int32(events.count), milliseconds)))
        for event in events.prefix(count) { body(event.data.u64, event.events) }
        return count
    }
}
