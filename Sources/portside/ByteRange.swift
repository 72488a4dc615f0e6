import ArgumentParser
import Engine

/// `FIRST-LAST`, both counted from 0 and included, `FIRST-`, or `-COUNT`: the last so many bytes.
struct ByteRange: ExpressibleByArgument {
    private enum Form {
        case span(first: Int64, last: Int64?)
        case tail(Int64)
    }

    private let form: Form

    init?(argument: String) {
        let parts = argument.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let (first, last) = (Int64(parts[0]), Int64(parts[1]))
        switch (parts[0].isEmpty, parts[1].isEmpty) {
        case (true, false):
            guard let last, last >= 0 else { return nil }
            form = .tail(last)
        case (false, true):
            guard let first, first >= 0 else { return nil }
            form = .span(first: first, last: nil)
        case (false, false):
            guard let first, let last, first >= 0, last >= first else { return nil }
            form = .span(first: first, last: last)
        case (true, true): return nil
        }
    }

    /// Where it begins in a file of that size, in bytes.
    func first(of size: Int64?) throws(Failure) -> Int64 {
        switch form {
        case .span(let first, _):
            guard size.map({ first <= $0 }) ?? true else {
                throw Failure(.invalidRequest, "the range begins behind the end of the file")
            }
            return first
        case .tail(let count):
            guard let size else {
                throw Failure(.invalidRequest, "the server does not tell the size, so use a range FIRST-LAST")
            }
            return max(0, size - count)
        }
    }

    /// How many bytes; nil for all that follow.
    var count: Int64? {
        switch form {
        case .span(let first, let last?): last.subtractingReportingOverflow(first).partialValue + 1
        case .span, .tail: nil
        }
    }
}
