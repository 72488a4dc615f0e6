internal import FTPProtocol
internal import Transfers

/// `w` in the compare view: what is decided there written to a file, as a plan that `portside mirror --plan` carries out.
extension Model {
    mutating func askPlanName(_ form: CompareForm) -> [Effect] {
        var form = form
        form.message = isCurrent(form.remote) ? form.whyNothingIsDone : CompareForm.connectionHasChanged
        _ = replace(.compare(form))
        guard form.message == nil else { return [] }
        let field = TextField("compare-plan.json", isSelected: true)
        dialogs.append(.input(InputForm(purpose: .planName(form.local), field: field)))
        return []
    }

    /// The name was typed; what is in the directories is still to be looked up.
    mutating func planNamed(_ location: Location, _ text: String) -> Submission {
        let (name, problem) = checkedName(text, location)
        if let problem { return .refused(problem) }
        guard case .compare(var form)? = dialogs.dropLast().last, let comparison = form.comparison,
            isCurrent(form.remote)
        else { return .refused(CompareForm.connectionHasChanged) }
        let decided = DecidedComparison(
            comparison, form.decisions.map { .init($0.row, $0.decision) }, filter: form.fileFilter)
        let path = location.path.resolving(RemotePath(bytes: name))
        let paths = Self.planPaths(LocalPath(bytes: path.bytes), decided.directions)
        if let taken = paths.first(where: isListedHere) {
            return .refused("\(visible(taken.lastComponent)) is there already: type another name.")
        }
        let ticket = nextTicket()
        operations[ticket] = Operation(
            what: "Write the plan", location: location, cursorName: nil, kind: .plan(to: paths), since: now)
        form.message = nil
        form.notice = "Writing the plan …"
        dialogs[dialogs.count - 2] = .compare(form)
        return .done([.request(.remote(.plan(decided, ticket)))])
    }

    mutating func planned(_ ticket: Ticket, _ plans: [MirrorPlan]) -> [Effect] {
        guard let operation = operations.removeValue(forKey: ticket), case .plan(let paths) = operation.kind
        else { return [] }
        let next = nextTicket()
        operations[next] = Operation(
            what: operation.what, location: operation.location, cursorName: nil,
            kind: .planFile(paths, isIncomplete: plans.contains(where: \.isIncomplete)), since: now)
        return [.request(.local(.writePlans(zip(paths, plans).map { PlanToWrite($0, $1) }, next)))]
    }

    mutating func planWritten(_ operation: Operation, _ paths: [LocalPath], isIncomplete: Bool) -> [Effect] {
        let names = paths.map { visible($0.lastComponent) }.joined(separator: " and ")
        let left = isIncomplete ? "; what it leaves out is noted in it" : ""
        let text = "\(names): written\(left). portside mirror --plan carries it out."
        tellComparison(text, isError: false)
        guard local.location == operation.location, local.pending == nil else { return [] }
        return list(.local, operation.location, cursorName: nil, isRefresh: true)
    }

    mutating func planFailed(_ reason: String) {
        tellComparison("No plan was written: \(visible(reason))", isError: true)
    }

    /// In the compare view while it is open, which lies over the messages of the panes.
    private mutating func tellComparison(_ text: String, isError: Bool) {
        let open = dialogs.lastIndex { if case .compare = $0 { true } else { false } }
        guard let open, case .compare(var form) = dialogs[open] else { return say(text, isError: isError) }
        form.message = isError ? text : nil
        form.notice = isError ? nil : text
        dialogs[open] = .compare(form)
    }

    /// As far as the pane knows; the disk is asked when it is written.
    private func isListedHere(_ path: LocalPath) -> Bool {
        guard local.location?.localPath == path.parent else { return false }
        return (0..<local.entries.count).contains { local.entries.name($0) == path.lastComponent }
    }

    /// A plan has one direction: where there are two of them, each has a file that says so.
    static func planPaths(_ path: LocalPath, _ directions: [Transfer.Direction]) -> [LocalPath] {
        guard directions.count > 1 else { return [path] }
        let end = Array(".json".utf8)
        let isJSON = path.lastComponent.count > end.count && path.bytes.suffix(end.count).elementsEqual(end)
        return directions.map { direction in
            let words = direction == .upload ? "-to-server" : "-to-here"
            return LocalPath(
                bytes: path.bytes.dropLast(isJSON ? end.count : 0) + words.utf8 + (isJSON ? end : []))
        }
    }
}

extension CompareForm {
    static let connectionHasChanged =
        "The connection has changed; nothing was done. Esc, connect again, and = compares again."

    /// Nil when something is to be done.
    var whyNothingIsDone: String? {
        guard tally.toServer + tally.toHere + tally.deletions == 0 else { return nil }
        return shown.isEmpty
            ? "There is nothing to do." : "Nothing is chosen: → and ← say where a row is to go."
    }

    /// Copies or deletions on both sides.
    var hasTwoDirections: Bool {
        Set(decisions.compactMap(\.decision.direction)).count > 1
    }
}
