"""Figures against their targets, and the table of them."""


class Report:
    def __init__(self):
        self.rows = []
        self.passed = True

    def ratio(self, what, ours, peers, peer, unit, most):
        """Ours is to be at most `most` times the peer's."""
        ratio = ours / peers if peers else float("inf")
        self._add(what, f"{ours:.3g} {unit}", f"{peers:.3g} {unit}, {peer}", ratio, f"≤ {most:g} ×", ratio <= most)

    def rate(self, what, ours, peers, peer, unit, least):
        """Ours is to be at least `least` times the peer's."""
        ratio = ours / peers if peers else float("inf")
        self._add(what, f"{ours:.0f} {unit}", f"{peers:.0f} {unit}, {peer}", ratio, f"≥ {least:g} ×", ratio >= least)

    def limit(self, what, ours, unit, most):
        """Ours is to be at most `most`, whatever others need."""
        figure = f"{ours:.0f}" if ours >= 10 or ours == int(ours) else f"{ours:.1f}"
        self._add(what, f"{figure} {unit}", "", None, f"≤ {most} {unit}", ours <= most)

    def note(self, what, ours, peers, peer, unit):
        """A comparison without a target."""
        ratio = ours / peers if peers else float("inf")
        self._add(what, f"{ours:.3g} {unit}", f"{peers:.3g} {unit}, {peer}", ratio, "", None)

    def failed(self, what, error):
        self._add(what, "not measured: " + " ".join(str(error).split())[:300], "", None, "", False)

    def _add(self, what, ours, peers, ratio, target, passed):
        mark = {True: "ok", False: "MISSED", None: ""}[passed]
        self.rows.append((what, ours, peers, f"{ratio:.2f} ×" if ratio is not None else "", target, mark))
        self.passed = self.passed and passed is not False

    def print(self):
        table = [("", "portside", "beside", "ratio", "target", "")] + self.rows
        # A row that could not be measured tells why, at any length.
        measured = [row for row in table if not row[1].startswith("not measured")]
        widths = [max(len(row[column]) for row in measured) for column in range(6)]
        widths[0] = max(len(row[0]) for row in table)
        for row in table:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
