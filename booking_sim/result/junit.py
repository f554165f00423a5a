"""A run as JUnit XML, which every CI shows: a test case for each promise, each invariant and each requirement."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from booking_sim.errors import BookingSimError
from booking_sim.result.thresholds import Judgement

if TYPE_CHECKING:
    from booking_sim.result.result import SurgeResult

_SUITE = "booking-sim surge"


def check(path: Path) -> None:
    """Make sure that a file can be written.

    Raises:
        BookingSimError: It cannot.
    """
    there = path.exists()
    try:
        with path.open("a", encoding="utf-8"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise BookingSimError(
            f"Cannot write to '{path}' ({error.strerror}): name a file that you can write with --junit."
        ) from None


def write(path: Path, result: "SurgeResult", judgements: Sequence[Judgement]) -> None:
    """Write a run down for CI.

    Args:
        path: The file; what was in it is replaced.
        result: The run.
        judgements: Whether each requirement is met.
    """
    cases = [*_promises(result), *_invariants(result), *_rules(result), *_requirements(judgements)]
    duration = f"{result.summary()['duration_s']:.3f}"
    suite = ET.Element("testsuite", name=_SUITE, time=duration, timestamp=result.manifest.started_at)
    for kind, tag in (("tests", "*"), ("failures", "failure"), ("skipped", "skipped")):
        suite.set(kind, str(len(cases) if tag == "*" else sum(case.find(tag) is not None for case in cases)))
    suite.set("errors", "0")
    properties = ET.SubElement(suite, "properties")
    for name, value in {"headline": result.headline, **result.scenario.to_dict()}.items():
        ET.SubElement(properties, "property", name=name, value=str(value))
    suite.extend(cases)
    root = ET.Element("testsuites", name=_SUITE)
    root.append(suite)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _promises(result: "SurgeResult") -> Iterator[ET.Element]:
    oversold = result.summary()["oversold"]
    yield _case("promises", "no ticket is sold twice", f"{oversold:,} tickets were sold twice" if oversold else None)
    problems = "; ".join(result.manifest.problems)
    yield _case("promises", "the run is complete", problems if result.partial else None)
    was_done = bool(result.audit["checked"].any())
    yield _case("promises", "the audit was done", None if was_done else "no invariant was checked")


def _invariants(result: "SurgeResult") -> Iterator[ET.Element]:
    for rule in result.audit.to_dict("records"):
        broken = f"{rule['violations']:,} violations" if rule["violations"] else None
        case = _case("audit", rule["rule"], broken, json.dumps(rule["offenders"], indent=2, default=str))
        if not rule["checked"]:
            ET.SubElement(case, "skipped", message="not checked")
        yield case


def _rules(result: "SurgeResult") -> Iterator[ET.Element]:
    for rule in result.proof.to_dict("records"):
        broken = f"{rule['violations']:,} violations" if rule["violations"] else None
        case = _case("proof", rule["rule"], broken, json.dumps(rule["offenders"], indent=2))
        if rule["verdict"] == "cannot tell":
            ET.SubElement(case, "skipped", message=rule["reason"])
        yield case


def _requirements(judgements: Sequence[Judgement]) -> Iterator[ET.Element]:
    for judgement in judgements:
        yield _case("require", judgement.threshold.text, None if judgement.is_met else f"measured: {judgement}")


def _case(kind: str, name: str, failure: str | None, details: str = "") -> ET.Element:
    case = ET.Element("testcase", classname=f"booking-sim.{kind}", name=name, time="0")
    if failure is not None:
        ET.SubElement(case, "failure", message=failure, type="AssertionError").text = details or failure
    return case
