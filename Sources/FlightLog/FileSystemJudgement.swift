/// Whether a flight log may lie on a file system: only on those known to keep one memory for all processes of a machine,
/// to lock files, and to give space in advance.
package enum FileSystemJudgement: Equatable, Sendable {
    case suitable(String)
    /// The name, or the type in hexadecimal.
    case refused(String)

    /// Judges the `f_type` of statfs(2).
    package init(type: Int) {
        // Sign-extended where a long has 32 bits.
        let magic = UInt32(truncatingIfNeeded: type)
        if let name = Self.suitableNames[magic] {
            self = .suitable(name)
        } else {
            self = .refused(Self.refusedNames[magic] ?? "type 0x\(String(magic, radix: 16))")
        }
    }

    /// linux/magic.h; ext2 and ext3 share ext4's number and its driver.
    private static let suitableNames: [UInt32: String] = [
        0x0102_1994: "tmpfs",
        0x0000_EF53: "ext4",
        0x5846_5342: "xfs",
        0x9123_683E: "btrfs",
    ]

    /// Only for words: what is in no list is refused as well.
    private static let refusedNames: [UInt32: String] = [
        0x0000_6969: "nfs",
        0x0000_517B: "smb",
        0xFF53_4D42: "cifs",
        0xFE53_4D42: "smb2",
        0x794C_7630: "overlayfs",
        0x6573_5546: "fuse",
        0x0102_1997: "9p",
        0x2FC1_2FC1: "zfs",
        0x00C3_6400: "ceph",
        0x0BD0_0BD0: "lustre",
        0x4750_4653: "gpfs",
        0x0116_1970: "gfs2",
        0x7461_636F: "ocfs2",
        0x5346_414F: "afs",
        0x7375_7245: "coda",
        0x6175_6673: "aufs",
        0x786F_4256: "vboxsf",
        0xF2F5_2010: "f2fs",
        0xCA45_1A4E: "bcachefs",
        0x8584_58F6: "ramfs",
        0x9584_58F6: "hugetlbfs",
        0x0000_F15F: "ecryptfs",
        0x7371_7368: "squashfs",
        0x0000_9660: "iso9660",
        0x0000_4D44: "vfat",
        0x2011_BAB0: "exfat",
        0x7366_746E: "ntfs3",
        0x3153_464A: "jfs",
        0x5265_4973: "reiserfs",
        0x0000_9FA0: "proc",
        0x6265_6572: "sysfs",
    ]

    /// - Throws: Why `path` cannot have a flight log.
    func check(_ path: String) throws(FlightLogError) {
        guard case .refused(let name) = self else { return }
        throw FlightLogError(
            kind: .wrongFileSystem,
            path: path,
            reason: "its file system is \(name), on which a flight log proves nothing",
            remedy: "Use a folder on tmpfs, ext4, xfs or btrfs, best on tmpfs, such as below /run"
        )
    }
}
