internal import FTPProtocol
internal import Transfers

/// The prompt of one line, with what is asked for and how it is written.
func inputBox(_ form: InputForm, _ model: Model, _ width: Int) -> DialogBox {
    let blank = DialogBox.Line.text([])
    let title: String
    var hint = ""
    switch form.purpose {
    case .makeDirectory(let location):
        (title, hint) = ("New folder", "in \(model.charset(of: location).shown(location.path))")
    case .rename(let location, let name):
        title = "Rename \(model.charset(of: location).shown(name))"
        hint = "A name with / moves it to another folder."
    case .mark(_, let marks):
        title = marks ? "Mark by pattern" : "Unmark by pattern"
        hint = "Part of a name, or all of it with * and ?, as in *.iso"
    case .permissions(let location, let paths):
        let name = paths.first.map { model.charset(of: location).shown($0.lastComponent) } ?? ""
        title = "Permissions of \(paths.count == 1 ? name : "\(paths.count) items")"
        let letters = permissionBits(form.field.text).map(permissionLetters)
        hint =
            "\(letters ?? "three or four digits from 0 to 7") — owner, group, others: 4 read, 2 write, 1 execute"
    case .rateLimit(let site):
        title = "Limit of \(site.map { model.serverName($0) } ?? "all transfers together")"
        hint = "Bytes a second, as 500K or 2M; nothing for as fast as it goes. It is kept with the queue."
    case .planName(let location):
        title = "Write the plan"
        hint = "In \(visible(location.path.bytes)); portside mirror --plan carries it out."
        if case .compare(let form)? = model.dialogs.dropLast().last, form.hasTwoDirections {
            hint += " A plan goes one way: this makes two, …-to-server and …-to-here."
        }
    case .rawCommand:
        title = "Raw command"
        hint = "Sent as it is, as in SITE CHMOD 644 a; the reply is in the log."
    case .filter, .logFilter: title = "Filter"
    case .logSearch: title = "Search"
    case .jump: title = "Jump to"
    }
    var box = DialogBox(title: title)
    box.lines = [blank, .field(label: "", form.field, isFocused: true)]
    if !hint.isEmpty { box.lines += DialogBox.lines(hint, .dialogFaint, width: width) }
    if let error = form.error { box.lines += DialogBox.lines(error, .fieldError, width: width) }
    box.footer = "Enter OK   Esc cancel"
    if case .rateLimit(let site) = form.purpose {
        box.footer = "Enter OK   Tab \(site == nil ? "for one server" : "for all")   Esc cancel"
    }
    return box
}
