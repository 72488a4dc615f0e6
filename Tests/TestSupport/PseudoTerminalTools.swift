import Glibc

/// Gives `body` the strings as C's argv and envp want them: pointers with a null at the end.
func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Result
) rethrows -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return try body(pointers)
}

/// Runs a program found in PATH to its end.
/// - Returns: its status as `waitpid` has it; nil when it cannot be started.
func runToEnd(_ arguments: [String]) -> Int32? {
    var process = pid_t()
    let error = withCStrings(arguments) { posix_spawnp(&process, arguments[0], nil, nil, $0, environ) }
    guard error == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
}
