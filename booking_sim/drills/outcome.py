"""The outcomes of drills: one for each fault, and all of them together."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pandas as pd

from booking_sim.display.templates import table
from booking_sim.errors import BookingSimError

_SUITE: Final = "booking-sim drill"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillOutcome:
    """The outcome of one fault.

    Attributes:
        fault: Its name.
        sentence: What happened.
        expected: How the surge must end.
        seed: Of the surge and of the instant of the fault.
        began_s: When the fault began, in seconds since the start of the run; not a number if that is not known.
        ended_s: When it ended.
        recovery_s: From its end until answers came without a pause again (`drills.recovery`); not a number if
            none came.
        status: What the surge exited with.
        message: What it says is missing, or its error.
        attempts: How many it recorded.
        unknown: How many of them have no answer.
        audit: "passed", "violated" or "not done".
        proof: The verdict: "holds", "violated" or "cannot tell".
        failures: What is not as it must be, a line each; empty if all is.
        folder: Where the result of the surge is.
        not_shown: Why the fault cannot be made on this machine; empty if it was made. Nothing is judged then.
    """

    fault: str
    sentence: str
    expected: str
    seed: int
    began_s: float = float("nan")
    ended_s: float = float("nan")
    recovery_s: float = float("nan")
    status: int | None = None
    message: str = ""
    attempts: int = 0
    unknown: int = 0
    audit: str = "not done"
    proof: str = "cannot tell"
    failures: list[str] = field(default_factory=list)
    folder: str = ""
    not_shown: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything is as it must be."""
        return not self.failures

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON can hold it."""
        values = asdict(self) | {"ok": self.ok}
        return {name: None if value != value else value for name, value in values.items()}  # noqa: PLR0124  not a number


class Drills(list[DrillOutcome]):
    """The outcomes of some drills, in order; a notebook shows them as a table.

    Args:
        outcomes: One for each fault.
    """

    def __init__(self, outcomes: Iterable[DrillOutcome] = ()) -> None:
        super().__init__(outcomes)

    @property
    def ok(self) -> bool:
        """Whether every drill ended as it is known to end."""
        return all(outcome.ok for outcome in self)

    @property
    def headline(self) -> str:
        """What to remember, in one line."""
        shown = [outcome for outcome in self if not outcome.not_shown]
        lists = {
            "not so": [outcome.fault for outcome in shown if not outcome.ok],
            "not shown here": [outcome.fault for outcome in self if outcome.not_shown],
        }
        ended = sum(outcome.ok for outcome in shown)
        return "; ".join(
            [
                f"{ended} of {len(shown)} drills ended as they must",
                *(f"{what}: {', '.join(faults)}" for what, faults in lists.items() if faults),
            ]
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per drill, with the attributes of DrillOutcome, and `ok`."""
        return pd.DataFrame([outcome.to_dict() for outcome in self])

    def write_json(self, path: Path) -> None:
        """Write all outcomes as one JSON object.

        Args:
            path: The file; what was in it is replaced.

        Raises:
            BookingSimError: It cannot be written.
        """
        try:
            path.write_text(json.dumps(self.to_dict(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise BookingSimError(f"Cannot write to '{path}' ({error.strerror}): name another folder.") from None

    def to_dict(self) -> dict[str, Any]:
        """All outcomes as JSON can hold them."""
        return {"ok": self.ok, "headline": self.headline, "drills": [outcome.to_dict() for outcome in self]}

    def write_junit(self, path: Path) -> None:
        """Write a test case for each drill, as JUnit XML.

        Args:
            path: The file; what was in it is replaced.
        """
        suite = ET.Element("testsuite", name=_SUITE, tests=str(len(self)), errors="0")
        suite.set("failures", str(sum(not outcome.ok for outcome in self)))
        suite.set("skipped", str(sum(bool(outcome.not_shown) for outcome in self)))
        for outcome in self:
            case = ET.SubElement(suite, "testcase", classname=_SUITE, name=f"{outcome.fault} (seed {outcome.seed})")
            if not outcome.ok:
                ET.SubElement(case, "failure", message=outcome.failures[0]).text = "\n".join(outcome.failures)
            if outcome.not_shown:
                ET.SubElement(case, "skipped", message=f"not shown here: {outcome.not_shown}")
        ET.indent(suite)
        ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)

    def __repr__(self) -> str:
        return f"<Drills: {self.headline}>"

    def _repr_html_(self) -> str:
        head = ("fault", "what happens", "expected", "recovery", "no answer", "audit", "proof", "as it must be")
        return table(head, map(_cells, self), self.headline, {"no": "bad", "yes": "good"})


def _cells(outcome: DrillOutcome) -> Sequence[object]:
    if outcome.not_shown:
        why = f"{outcome.sentence} Not shown here: {outcome.not_shown}."
        return (outcome.fault, why, outcome.expected, "", "", "", "", "")
    recovery = "" if pd.isna(outcome.recovery_s) else f"{outcome.recovery_s:.2f} s"
    said = (outcome.fault, outcome.sentence, outcome.expected, recovery, outcome.unknown, outcome.audit, outcome.proof)
    return (*said, outcome.ok)
