internal import Transfers

/// The menu (F9): everything that can be done, by what it is about, printed from the one table of keys.
extension Model {
    mutating func openMenu() {
        let wanted: Keymap.Group =
            switch focus {
            case .local, .remote: .act
            case .queue: .queue
            case .log: .log
            }
        dialogs.append(.menu(MenuForm(menu: keymap.menus.firstIndex { $0.group == wanted } ?? 0)))
    }

    mutating func menuTakes(_ key: Key, _ form: MenuForm) -> [Effect] {
        var form = form
        let menus = keymap.menus
        let items = menus[form.menu].items
        switch key {
        case .left, .backTab: form = MenuForm(menu: (form.menu + menus.count - 1) % menus.count)
        case .right, .tab: form = MenuForm(menu: (form.menu + 1) % menus.count)
        case .up: form.item = (form.item + items.count - 1) % items.count
        case .down: form.item = (form.item + 1) % items.count
        case .home: form.item = 0
        case .end: form.item = items.count - 1
        case .enter: return choose(items[form.item])
        case .function(9), .function(10):
            dialogs.removeLast()
            return []
        case .character(let scalar):
            guard let next = item(beginningWith: scalar, after: form.item, items) else { return [] }
            form.item = next
        default: return []
        }
        return replace(.menu(form))
    }

    private mutating func choose(_ line: Keymap.Line) -> [Effect] {
        dialogs.removeLast()
        return perform(line.action)
    }

    private func item(beginningWith scalar: Unicode.Scalar, after item: Int, _ items: [Keymap.Line]) -> Int? {
        let wanted = String(scalar).lowercased()
        let order = (1...items.count).map { (item + $0) % items.count }
        return order.first { items[$0].help.lowercased().hasPrefix(wanted) }
    }

    mutating func menuClicked(_ event: MouseEvent, _ form: MenuForm) -> [Effect] {
        let places = MenuPlaces(form, keymap.menus, size)
        if event.row == 0 {
            guard
                let menu = places.titles.firstIndex(where: {
                    $0?.contains(column: event.column, row: 0) == true
                })
            else { return [] }
            return replace(.menu(MenuForm(menu: menu)))
        }
        guard places.box.contains(column: event.column, row: event.row) else {
            dialogs.removeLast()
            return []
        }
        let item = places.top + event.row - places.box.row - 1
        let items = keymap.menus[form.menu].items
        let isOnItem = event.row > places.box.row && event.row < places.box.endRow - 1
        return isOnItem && items.indices.contains(item) ? choose(items[item]) : []
    }
}

/// Which menu is open, and what in it is chosen.
struct MenuForm: Sendable {
    var menu: Int
    var item = 0
}

/// One of the menus.
struct Menu: Sendable {
    let group: Keymap.Group
    let items: [Keymap.Line]
}

extension Keymap {
    var menus: [Menu] {
        let commands = commands
        return Group.allCases.compactMap { group in
            let items = commands.filter { $0.group == group }
            return items.isEmpty ? nil : Menu(group: group, items: items)
        }
    }
}
