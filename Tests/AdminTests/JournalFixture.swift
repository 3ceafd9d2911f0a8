import Foundation
import Glibc

/// A folder that goes with the test.
struct JournalFolder {
    var path = FileManager.default.temporaryDirectory.appending(path: "veredus-\(UUID().uuidString)").path
    var journal: String { "\(path)/veredus-web/journal" }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
    func bytes() throws -> Data { try Data(contentsOf: URL(filePath: journal)) }
}

/// A volume of 256 KiB.
struct SmallDisk {
    let path = FileManager.default.temporaryDirectory.appending(path: "veredus-disk-\(UUID().uuidString)").path
    private var filler: String { "\(path)/filler" }

    static let isPossible: Bool = {
        guard getuid() == 0, let disk = try? SmallDisk() else { return false }
        disk.unmount()
        return true
    }()

    struct Refused: Error {}

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=256k,mode=0700") == 0 else { throw Refused() }
    }

    func fill() {
        let file = open(filler, O_WRONLY | O_CREAT, 0o600)
        let page = [UInt8](repeating: 0, count: 4_096)
        while write(file, page, page.count) > 0 {}
        close(file)
    }

    func empty() { unlink(filler) }

    func unmount() {
        umount(path)
        try? FileManager.default.removeItem(atPath: path)
    }
}
