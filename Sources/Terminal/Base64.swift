/// RFC 4648 §4, for OSC 52.
func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
        let left = bytes.count - index
        var group = UInt32(bytes[index]) << 16
        if left > 1 { group |= UInt32(bytes[index + 1]) << 8 }
        if left > 2 { group |= UInt32(bytes[index + 2]) }
        output.append(letters[Int(group >> 18 & 63)])
        output.append(letters[Int(group >> 12 & 63)])
        output.append(left > 1 ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "="))
        output.append(left > 2 ? letters[Int(group & 63)] : UInt8(ascii: "="))
        index += 3
    }
    return String(decoding: output, as: UTF8.self)
}
