"""PostgreSQL's own isolationtester: two calls in open transactions, in every order in which they can run."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from string import Template

from inventory import EMPTY, VIOLATIONS

ISOLATION = Path(__file__).parent / "isolation"
PAIR = Template((ISOLATION / "pair.spec").read_text(encoding="utf-8"))
LEFT = (ISOLATION / "left.sql").read_text(encoding="utf-8")

ENDS = [("commits", "commits"), ("commits", "rolls_back"), ("rolls_back", "commits")]


@dataclass(frozen=True)
class Run:
    """What one permutation came to."""

    steps: tuple[str, ...]
    answers: tuple[str | None, str | None]  # of session one and of session two
    left: tuple[str, ...]
    output: str


def orders(end_one, end_two, *, two_waits, one_waits):
    """Return the orders of the steps of both sessions: each alone, one after the other, and interleaved.

    Who waits for the other's open transaction cannot end before it: that order is left out.
    """
    one, two = (("one_calls", f"one_{end_one}"), ("two_calls", f"two_{end_two}"))
    alone = [one, two]
    in_turn = [one + two, two + one]
    crossed = [(one[0], two[0], one[1], two[1]), (two[0], one[0], two[1], one[1])]
    two_inside = [] if two_waits else [(one[0], *two, one[1])]
    one_inside = [] if one_waits else [(two[0], *one, two[1])]
    return alone + in_turn + crossed + two_inside + one_inside


def run(tester, url, *, scene, setup, one, two, permutations):
    """Run two calls, each given as (name, SQL expression), through the permutations; return one Run for each."""
    spec = PAIR.substitute(
        scene=scene,
        empty="\n".join(line for line in EMPTY.splitlines() if not line.startswith("--")),
        setup=setup,
        left=f"{LEFT} union all select 'violation: ' || violation from ({VIOLATIONS}) as v",
        one=one[0],
        one_call=one[1],
        two=two[0],
        two_call=two[1],
        permutations="\n".join("permutation " + " ".join(steps) for steps in permutations),
    )
    environment = os.environ | {"PG_TEST_TIMEOUT_DEFAULT": "15"}  # half of the seconds that a step may take
    done = subprocess.run([tester, url], input=spec, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [_read(output) for output in done.stdout.split("\nstarting permutation: ")[1:]]


def _read(output):
    said = re.findall(r"^(one|two|left): (.*?) *$", output, re.MULTILINE)
    answers = dict(said)
    return Run(
        steps=tuple(output.splitlines()[0].split()),
        answers=(answers.get("one"), answers.get("two")),
        left=tuple(sorted(text for who, text in said if who == "left")),
        output=output,
    )
