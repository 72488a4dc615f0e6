import CLinux
import Glibc
import Interface
import Testing

/// ncurses counts columns with `wcwidth`; a picture that counts otherwise is torn.
@Suite struct CellWidthTests {
    init() {
        setlocale(LC_CTYPE, "C.UTF-8")
    }

    /// Assigned characters only: what a C library does not know it calls unprintable, and newer ones know more.
    private func differences(_ range: ClosedRange<UInt32>) -> [String] {
        range.compactMap { value in
            guard let scalar = Unicode.Scalar(value), value >= 0x20, !(0x7F...0x9F).contains(value) else {
                return nil
            }
            let width = Int(wcwidth(wchar_t(value)))
            guard width >= 0, width != cellWidth(scalar) else { return nil }
            return "U+\(String(value, radix: 16, uppercase: true)): \(cellWidth(scalar)), wcwidth \(width)"
        }
    }

    @Test func theBasicPlaneIsCountedAsTheCLibraryDoes() {
        #expect(differences(0x20...0xFFFF) == [])
    }

    @Test func emojiAndRareIdeographsAreCountedAsTheCLibraryDoes() {
        #expect(differences(0x1F000...0x1FAFF) == [])
        #expect(differences(0x20000...0x20FFF) == [])
        #expect(differences(0xE0000...0xE01EF) == [])
    }
}
