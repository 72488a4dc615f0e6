import CLinux
import Glibc

/// Overwrites the passwords of URLs in the arguments, which `ps` shows to everybody: `ftp://alice:******@host/`.
///
/// To be called once the arguments are read. Whoever looked before has seen them.
func hidePasswordsInArguments() {
    // Swift keeps a copy of its own, made when it is first asked for; `unsafeArgv` is one too.
    let count = CommandLine.arguments.count
    guard var place = cl_first_argument() else { return }
    for _ in 0..<count {
        let argument = UnsafeMutableBufferPointer(start: place, count: strlen(place))
        for index in passwordRange(in: argument.map { UInt8(bitPattern: $0) }) ?? 0..<0 {
            argument[index] = CChar(bitPattern: UInt8(ascii: "*"))
        }
        place += argument.count + 1
    }
}

/// Where the password is in `scheme://user:password@host/path`; nil where there is none.
func passwordRange(in argument: [UInt8]) -> Range<Int>? {
    let mark = Array("://".utf8)
    guard argument.count > 3,
        let scheme = (0..<argument.count - 2).first(where: { argument[$0..<$0 + 3].elementsEqual(mark) })
    else { return nil }
    let authority = argument[(scheme + 3)...].prefix { $0 != UInt8(ascii: "/") }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
        let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    return colon + 1..<at
}
