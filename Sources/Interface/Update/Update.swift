internal import FTPProtocol
internal import Transfers

/// What follows from what happened: the model changes, and the effects say what else is to be done.
///
/// A table of contents: each topic is in an `Update+….swift` of its own.
public func update(_ model: inout Model, _ action: Action) -> [Effect] {
    var effects = model.perform(action)
    effects += model.settle()
    return effects
}

extension Model {
    mutating func perform(_ action: Action) -> [Effect] {
        switch action {
        case .started: return list(.local, local.location)
        case .woke: return timePassed()
        case .resized(let size):
            self.size = size
            return []
        case .engine(let event): return engineReported(event)
        case .programEnded(let ticket, let end): return programEnded(ticket, end)
        case .connectRequested(let site, let password, let directory):
            return connect(site, password, directory)

        case .cursorMoved(let rows): moveCursor(by: rows)
        case .pageMoved(let pages): moveCursor(by: pages * max(1, focusedHeight - 1))
        case .cursorToTop: moveCursor(by: -Int(Int32.max))
        case .cursorToBottom: moveCursor(by: Int(Int32.max))
        case .opened: return open()
        case .parentOpened: return openParent()
        case .homeOpened: return openHome()
        case .wentBack: return goBack()
        case .wentForward: return goForward()
        case .focused(let focus): setFocus(focus)
        case .focusMoved(let by): moveFocus(by: by)

        case .markToggled: toggleMark()
        case .markExtended(let by): extendMark(by: by)
        case .allMarked: markAll()
        case .marksInverted: invertMarks()
        case .markPatternAsked: ask(.mark(lastPane, marks: true))
        case .unmarkPatternAsked: ask(.mark(lastPane, marks: false))
        case .filterAsked: ask(.filter(lastPane), pane.filter)
        case .jumpAsked: ask(.jump(lastPane, from: pane.cursor))
        case .sortAsked: dialogs.append(.sort(cursor: SortKey.allCases.firstIndex(of: pane.sort) ?? 0))
        case .sorted(let key): sort(by: key)
        case .hiddenToggled: toggleHidden()

        case .copyAsked: return copy()
        case .makeDirectoryAsked: askDirectoryName()
        case .renameAsked: askNewName()
        case .deleteAsked: return askToDelete()
        case .viewAsked: return openInProgram(.view)
        case .editAsked: return openInProgram(.edit)
        case .permissionsAsked: askPermissions()
        case .factsAsked: return showFacts()
        case .undone: return undo()
        case .pathCopied: return copyPath(asURL: false)
        case .urlCopied: return copyPath(asURL: true)

        case .connectAsked: askForServer()
        case .disconnectAsked: return disconnect()
        case .demoAsked:
            awaitsDemo = true
            return [.connectDemo]
        case .dataModeToggled: return [.request(.remote(.setDataMode(nextDataMode)))]
        case .rawCommandAsked: askRawCommand("")
        case .diagnosisAsked: diagnose()
        case .listAgain: return listAgain()
        case .stopped: return stop()

        case .queuePauseToggled: return pauseOrResume()
        case .queueAllPauseToggled:
            return [.request(.queue(queue.snapshot.isPaused ? .resumeAll : .pauseAll))]
        case .queueRetry: return retryQueueRow()
        case .queueRetryAll: return [.request(.queue(.retryFailed))]
        case .queueRemove: return removeQueueRow()
        case .queueDoneForgotten: return [.request(.queue(.forgetDone))]
        case .queueItemMoved(let by): return moveQueueRow(by: by)
        case .queueItemFirst: return placeQueueRow(.first)
        case .queueItemLast: return placeQueueRow(.last)
        case .queueFailedForgotten: return [.request(.queue(.forgetFailed))]
        case .rateLimitAsked: askRateLimit()
        case .connectionsChanged(let by): return changeConnections(by: by)
        case .answerAsked: answerWhatWaits()
        case .queueDetailsAsked: openQueueRow()
        case .conflictsAsked: askAboutConflicts()
        case .whenDoneChanged: changeWhenDone()

        case .logFollowToggled: log.setFollow(!log.follows)
        case .logExplained: explainLogLine()
        case .logOpened: openLogLine()
        case .logFoldsToggled: log.toggleFolds()
        case .logTimesToggled: log.showsTimes.toggle()
        case .logFilterAsked: ask(.logFilter, log.filter.text)
        case .logSearchAsked: ask(.logSearch(from: log.cursor))
        case .logSearchedAgain(let by): searchLogAgain(by: by)
        case .logLineCopied: return copyLogLine()
        case .logConversationCopied: return copyConversation()
        case .logSaved: return saveLog()

        case .helpAsked: dialogs.append(.help(HelpPage(context: keyContext)))
        case .commandsAsked: dialogs.append(.commands(CommandForm()))
        case .menuAsked: openMenu()
        case .messagesAsked: dialogs.append(.messages(top: 0))
        case .compareAsked: return compareFolders()
        case .planSaved: say("Compare first: = shows what differs, and w there writes its plan.")
        case .zoomToggled: isZoomed.toggle()
        case .layoutChanged: changeLayout()
        case .splitterMoved(let columns, let rows): moveSplitter(columns: columns, rows: rows)
        case .panesSwapped: isSwapped.toggle()
        case .redrawAsked: return [.redraw]
        case .suspendAsked: return [.suspend]
        case .quitAsked: return quit()
        case .escaped: return stepBack()
        }
        return []
    }

    /// After everything that happened: cursors in range and in sight, the window of the queue asked for,
    /// and the next wake-up.
    mutating func settle() -> [Effect] {
        let layout = Layout(self, size: size)
        local.scroll(height: layout.rows(of: .local)?.rows ?? 0)
        remote.scroll(height: layout.rows(of: .remote)?.rows ?? 0)
        log.scroll(height: layout.rows(of: .log)?.rows ?? 0)
        queue.scroll(height: layout.rows(of: .queue)?.rows ?? 0)
        return showQueueWindow(height: layout.rows(of: .queue)?.rows ?? 0) + wake()
    }

    private var focusedHeight: Int { Layout(self, size: size).rows(of: focus)?.rows ?? 1 }

    var keyContext: Keymap.Context {
        switch focus {
        case .local, .remote: .panes
        case .queue: .queue
        case .log: .log
        }
    }
}
