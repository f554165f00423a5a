"""What the doctor found: one result per check, and all of them together."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class CheckVerdict(StrEnum):
    """What a finding means to a run."""

    GOOD = "good"
    HURTS = "will hurt"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check.

    Attributes:
        check: What was checked.
        verdict: What it means to a run.
        found: What was found, and why it matters if it is not good.
        advice: What to do; empty if there is nothing to do.
    """

    check: str
    verdict: CheckVerdict
    found: str
    advice: str = ""


def good(check: str, found: str) -> CheckResult:
    """Nothing to do."""
    return CheckResult(check, CheckVerdict.GOOD, found)


def hurts(check: str, found: str, advice: str) -> CheckResult:
    """A run would be refused, or its metrics would not be what they seem."""
    return CheckResult(check, CheckVerdict.HURTS, found, advice)


def unknown(check: str, found: str, advice: str = "") -> CheckResult:
    """It could not be seen from here."""
    return CheckResult(check, CheckVerdict.UNKNOWN, found, advice)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings.

    Attributes:
        findings: One a check.
    """

    findings: Sequence[CheckResult]

    @property
    def headline(self) -> str:
        """What to remember of it, in one line."""
        bad = [finding.check for finding in self.findings if finding.verdict is CheckVerdict.HURTS]
        open_ = sum(finding.verdict is CheckVerdict.UNKNOWN for finding in self.findings)
        found = f"Will hurt a run: {', '.join(bad)}" if bad else "Nothing that will hurt a run was found"
        return f"{found}. Not known from here: {open_} of {len(self.findings)}." if open_ else f"{found}."

    @property
    def ok(self) -> bool:
        """Whether nothing that was found will hurt."""
        return not any(finding.verdict is CheckVerdict.HURTS for finding in self.findings)

    def to_frame(self) -> "pd.DataFrame":
        """One row per check: `check`, `verdict`, `found`, `advice`."""
        import pandas as pd  # noqa: PLC0415  the command line does without

        return pd.DataFrame(self.rows())

    def rows(self) -> list[dict[str, str]]:
        """The findings as JSON can hold them."""
        return [asdict(finding) for finding in self.findings]

    def __repr__(self) -> str:
        return f"<Diagnosis: {self.headline}>"
