/// Names of months as servers write them: cut to three letters or more, or whole, in any letter case, with
/// or without a full stop or a comma behind them.
enum MonthNames {
    /// 1 to 12; nil for a word that is no month.
    static func number(_ line: Span<UInt8>, _ field: Range<Int>) -> Int? {
        var end = field.upperBound
        while end > field.lowerBound, line[end - 1] == UInt8(ascii: ".") || line[end - 1] == UInt8(ascii: ",")
        {
            end -= 1
        }
        let start = field.lowerBound
        guard (3...24).contains(end - start) else { return nil }
        if end - start == 3, let month = english(line[start], line[start + 1], line[start + 2]) {
            return month
        }
        return known[folded(line, start..<end)].map(Int.init)
    }

    /// The three letters nearly all servers use.
    private static func english(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int? {
        guard first.isLetter, second.isLetter, third.isLetter else { return nil }
        switch UInt32(first | 0x20) << 16 | UInt32(second | 0x20) << 8 | UInt32(third | 0x20) {
        case 0x6A_61_6E: return 1
        case 0x66_65_62: return 2
        case 0x6D_61_72: return 3
        case 0x61_70_72: return 4
        case 0x6D_61_79: return 5
        case 0x6A_75_6E: return 6
        case 0x6A_75_6C: return 7
        case 0x61_75_67: return 8
        case 0x73_65_70: return 9
        case 0x6F_63_74: return 10
        case 0x6E_6F_76: return 11
        case 0x64_65_63: return 12
        default: return nil
        }
    }

    private static func folded(_ line: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        let bytes = line.bytes(range)
        if let text = String(validating: bytes, as: UTF8.self) { return Array(text.lowercased().utf8) }
        // ISO 8859-1 and Windows-1251 have their capitals 32 before the small letters.
        return bytes.map { $0.isLetter || (0xC0...0xDF).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Every beginning of three letters and more, in UTF-8, and in Latin-1 or Windows-1251. What would mean
    /// two months is left out.
    private static let known: [[UInt8]: UInt8] = {
        var table: [[UInt8]: UInt8] = [:]
        for names in languages {
            for (index, name) in names.split(separator: " ").enumerated() {
                let month = UInt8(index + 1)
                for length in 3...max(3, name.count) {
                    let beginning = name.prefix(length)
                    for spelling in [Array(beginning.utf8), narrow(beginning)].compactMap(\.self) {
                        table[spelling] = table[spelling, default: month] == month ? month : 0
                    }
                }
            }
        }
        // French systems with three letters for every month write `jun` for June.
        table[Array("jui".utf8)] = 7
        return table.filter { $0.value != 0 }
    }()

    /// In an encoding of one byte a character, as servers without UTF-8 send it.
    private static func narrow(_ word: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in word.unicodeScalars {
            switch scalar.value {
            case 0..<0x100: bytes.append(UInt8(scalar.value))
            case 0x430...0x44F: bytes.append(UInt8(scalar.value - 0x430 + 0xE0))
            default: return nil
            }
        }
        return bytes
    }

    private static let languages = [
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "jänner feber mrz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "januari februari mrt april maj juni juli augusti september oktober november december",
        "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
        "januar februar marts april maj juni juli august september oktober november december",
        "januar februar mars april mai juni juli august september oktober november desember",
        "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
        "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
        "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
        "január február március április május június július augusztus szeptember október november december",
    ]
}
