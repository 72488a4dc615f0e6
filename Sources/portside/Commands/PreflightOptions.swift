import ArgumentParser

/// Looking before leaping: `--preflight` and `--dry-run` of `get`, `put` and `queue add`.
struct PreflightOptions: ParsableArguments {
    @Flag(
        help:
            "First count files and bytes, and say what exists, which names, permissions and what space are in the way; with one of the last two in the way nothing is transferred."
    )
    var preflight = false
    @Flag(help: "The same, and transfer nothing.") var dryRun = false

    var isOn: Bool { preflight || dryRun }
}
