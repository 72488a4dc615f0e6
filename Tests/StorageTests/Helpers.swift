import FTPProtocol
import Glibc
import Transfers

@testable import Storage

/// Runs `body` with a new directory, which is removed with everything in it.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/portside-storage-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Trouble(lastError()) }
    let path = String(cString: made)
    defer { removeTree(path) }
    return try body(path)
}

struct Trouble: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

private func removeTree(_ path: String) {
    if let entries = opendir(path) {
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { removeTree(path + "/" + name) }
        }
        closedir(entries)
    }
    remove(path)
}

/// The lock, which must be free.
func acquireLock(_ directory: String) throws -> QueueLock {
    guard let lock = try QueueLock.tryAcquire(directory: directory) else { throw Trouble("locked") }
    return lock
}

func mode(of path: String) throws -> mode_t {
    var status = stat()
    guard stat(path, &status) == 0 else { throw Trouble("\(path): \(lastError())") }
    return status.st_mode & 0o777
}

func readFile(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { throw Trouble("\(path): \(lastError())") }
    defer { close(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65536)
    while true {
        let length = read(file, &block, block.count)
        if length <= 0 { return bytes }
        bytes += block[..<length]
    }
}

func writeFile(_ bytes: [UInt8], to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0, write(file, bytes, bytes.count) == bytes.count else { throw Trouble(lastError()) }
    close(file)
}

extension Site {
    static var everythingSet: Site {
        var site = Site(
            host: "2001:db8::1", port: 990, user: "al ice", encryption: .implicit,
            dataMode: .active)
        site.activeAddress = "192.0.2.1"
        site.activePorts = 2000...2100
        site.family = .ipv6
        site.timeout = 7
        site.connections = 11
        site.retries = 3
        site.network.extendedPassive = .off
        site.network.trustsPassiveAddress = true
        site.network.keepAlive = 45
        site.security.authorities = "/etc/own ca.pem"
        site.security.certificate = "/home/alice/cert.pem"
        site.security.fingerprint = String(repeating: "A0", count: 32)
        site.security.protectsData = false
        return site
    }
}

extension Transfer {
    static func numbered(_ number: Int64) -> Transfer {
        Transfer(
            id: number, direction: .download, site: Site(host: "h").id,
            remoteDirectory: RemotePath("/pub/some/where"),
            remoteName: Array("file-\(number).txt".utf8), localDirectory: LocalPath("/home/user/some/where"),
            localName: Array("file-\(number).txt".utf8), size: 1024, modified: 1_700_000_000,
            position: number << 16)
    }

    static func inEveryState(of site: Site) -> [Transfer] {
        let states: [TransferState] = [
            .waiting, .running, .paused, .retrying(at: 77, reason: "lost"), .asking(.password),
            .asking(.destinationExists(size: 5, modified: -1)),
            .asking(.destinationExists(size: nil, modified: nil)), .failed("550 “no”"), .done,
            .skipped("there"),
        ]
        return states.enumerated().map { index, state in
            var transfer = Transfer(
                id: Int64(index) + 1, direction: index % 2 == 0 ? .download : .upload,
                kind: index % 3 == 0 ? .tree : .file, site: site.id,
                remoteDirectory: RemotePath("/r\(index % 2)"),
                remoteName: [0x72], localDirectory: LocalPath("/l"), localName: [0x6C],
                size: index == 2 ? nil : Int64.max, modified: index == 3 ? nil : -5,
                options: TransferOptions(
                    onConflict: .rename, retries: 9, appends: index == 4, writesInPlace: index == 5),
                state: state, bytes: 4, attempts: 2, position: Int64(index), batch: index == 6 ? nil : 1)
            if index == 8 { transfer.proof = HashProof(algorithm: .crc32, value: "0000001f") }
            return transfer
        }
    }
}
