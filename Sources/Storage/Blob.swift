import Foundation
import GRDB

/// Bytes as SQLite stores them: names and paths need not be UTF-8, so they are never TEXT.
struct Blob: DatabaseValueConvertible {
    let bytes: [UInt8]

    var databaseValue: DatabaseValue { Data(bytes).databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Blob? {
        if case .blob(let data) = value.storage { Blob(bytes: Array(data)) } else { nil }
    }
}
