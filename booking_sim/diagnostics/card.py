"""A diagnosis as a notebook shows it."""

from booking_sim.diagnostics.check_result import CheckVerdict, Diagnosis
from booking_sim.display.templates import table


def diagnosis_html(diagnosis: Diagnosis) -> str:
    """Write a diagnosis as a table, with a row for each check.

    Args:
        diagnosis: As `doctor` gives it.
    """
    head = ("check", "verdict", "found", "advice")
    tones = {CheckVerdict.GOOD.value: "good", CheckVerdict.HURTS.value: "bad"}
    return table(head, [[row[name] for name in head] for row in diagnosis.rows()], diagnosis.headline, tones)
