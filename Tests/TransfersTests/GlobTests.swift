import Testing
import Transfers

@Suite struct GlobTests {
    @Test(arguments: [
        ("*", "", true), ("*.txt", "a.txt", true), ("*.txt", "a.txt~", false), ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[!a-c]x", "dx", true), ("[", "[", true),
        ("a*b*c", "axxbyyc", true),
        ("a*b*c", "axxbyy", false), ("**a", "bba", true), ("[]]", "]", true),
    ])
    func matchesAsAShellDoes(_ pattern: String, _ name: String, _ matches: Bool) {
        #expect(Glob(pattern).matches(Array(name.utf8)) == matches)
    }

    @Test func manyStarsTakeNoLongerThanTheirProduct() {
        let pattern = String(repeating: "a*", count: 40) + "b"
        #expect(!Glob(pattern).matches([UInt8](repeating: 0x61, count: 5_000)))
    }

    @Test func aFilterTakesWhatIsIncludedAndNotExcluded() {
        let filter = FileFilter(include: [Glob("*.c")], exclude: [Glob("x*")], largest: 10, newerThan: 100)
        func takes(_ name: String, _ size: Int64? = 1, _ modified: Int64? = 200) -> Bool {
            filter.takes(file: Array(name.utf8), size: size, modified: modified)
        }
        #expect(takes("a.c"))
        #expect(!takes("a.h"))
        #expect(!takes("xa.c"))
        #expect(!takes("a.c", 11))
        #expect(!takes("a.c", 1, 100))
        #expect(takes("a.c", nil, nil))
        #expect(!filter.takes(directory: Array("xdir".utf8)))
    }
}
