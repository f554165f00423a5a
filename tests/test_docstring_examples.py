"""The examples in docstrings type-check and run: surges in small, and on a result that a small surge made.

The Python blocks of README.md and docs/ type-check too; `tests/docs` runs them.
"""

import ast
import inspect
import re
import textwrap
from pathlib import Path
from pkgutil import resolve_name

import matplotlib.pyplot as plt
import pytest
from event_loop import compiled  # noqa: F401  it compiles the loop once for all workers of the run
from mypy import api

import booking_sim
from booking_sim.scenario.ready import make_scenario

ROOT = Path(booking_sim.__file__).parent
GIVEN = {
    "result": "result = booking_sim.load('results/first')",
    "scenario": "scenario = booking_sim.Scenario()",
    "connection": "connection = booking_sim.connect(booking_sim.open_server().url)",
}
"""What an example may use without making it, as a reader has it."""


def examples():
    """The code below each `Example:` of a docstring, by module and line."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                _, found, section = (ast.get_docstring(node) or "").partition("\nExample:\n")
                lines = section.splitlines()
                code = [line for line in lines if line.startswith(" " * 8) or not line]
                if found:
                    yield f"{path.relative_to(ROOT)}:{getattr(node, 'name', '')}", textwrap.dedent("\n".join(code))


def pages():
    """The Python blocks of each page, as one program."""
    top = ROOT.parent
    for path in [top / "README.md", *sorted(top.glob("docs/[!_]*/*.md")), *sorted(top.glob("docs/*.md"))]:
        blocks = re.findall(r"^```python\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)
        if blocks:
            yield str(path.relative_to(top)), "\n".join(blocks)


EXAMPLES = dict(examples())
CHECKED = EXAMPLES | dict(pages())


def with_what_is_given(code):
    """The code of an example below that which makes what it uses."""
    names = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
    missing = {name.id for name in names} - {name.id for name in names if isinstance(name.ctx, ast.Store)}
    given = [line for name, line in GIVEN.items() if name in missing]
    return "\n".join(["import booking_sim", *given, code, ""])


@pytest.mark.parametrize("module", [booking_sim.stats, booking_sim.plots], ids=["stats", "plots"])
def test_each_statistic_and_plot_has_an_example_and_names_others(module):
    functions = [getattr(module, name) for name in module.__all__ if name not in {"Part", "STYLE"}]
    lack = [
        f"{function.__name__}: {section}"
        for function in functions
        for section in ("Returns:", "Example:", "See Also:")
        if f"\n{section}\n" not in inspect.getdoc(function)
    ]
    assert lack == []


@pytest.mark.parametrize("module", [booking_sim.stats, booking_sim.plots], ids=["stats", "plots"])
def test_what_is_named_beside_them_exists(module):
    for name in set(module.__all__) - {"Part", "STYLE"}:
        section = inspect.getdoc(getattr(module, name)).partition("\nSee Also:\n")[2]
        for other in re.findall(r"^    ([\w.]+): ", section, re.MULTILINE):
            assert resolve_name(other if "." in other else f"{module.__name__}.{other}"), other


@pytest.fixture(scope="module")
def errors(tmp_path_factory):
    """What mypy says of each example, in one run for all."""
    folder = tmp_path_factory.mktemp("examples")
    for number, code in enumerate(CHECKED.values()):
        (folder / f"example_{number}.py").write_text(with_what_is_given(code))
    said, broken, _ = api.run(["--no-error-summary", "--hide-error-context", str(folder)])
    assert broken == ""
    return {
        name: [line for line in said.splitlines() if f"/example_{number}.py:" in line and ": error:" in line]
        for number, name in enumerate(CHECKED)
    }


@pytest.mark.parametrize("name", CHECKED)
def test_an_example_type_checks(name, errors):
    assert errors[name] == [], CHECKED[name]


NOT_RUN = {
    "bench/__init__.py:bench": "it measures for minutes; tests/bench runs it in small",
    "comparison/__init__.py:compare": "it is six surges; tests/comparison runs it in small",
    "calibration/calibrate.py:calibrate": "it measures for minutes; tests/calibration runs it in small",
    "calibration/holdout.py:holdout": "as calibrate",
    "drills/__init__.py:drill": "it starts a server of its own; tests/drills runs it",
    "sweeping/knee.py:knee": "it is surges until one fails; tests/sweeping runs it in small",
    "sweeping/sweep.py:sweep": "it is many surges; tests/sweeping runs it in small",
    "plots/bench.py:ratios": "as bench; tests/plots draws it",
    "plots/bench.py:ratios_overview": "as bench; tests/plots draws it",
    **dict.fromkeys(
        (
            f"plots/strategies.py:{name}"
            for name in ("metric_by_strategy", "skip_depth_by_strategy", "strategies_overview", "waits_by_strategy")
        ),
        "as compare; tests/plots draws it",
    ),
}
SMALL = {"tickets": 20, "buyers": 60, "connections": 2, "workers": 1, "time_scale": 1e6}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, server):
    """Where examples run: with a result in the folder that they load."""
    folder = tmp_path_factory.mktemp("run")
    with server.database(server.template) as url:
        result = booking_sim.surge(url=url, progress=False, **SMALL)
    for name in ("20261122T120000Z-surge", "first"):
        result.save(folder / "results" / name)
    return folder


@pytest.mark.parametrize("name", [name for name, code in EXAMPLES.items() if code.strip() and name not in NOT_RUN])
def test_an_example_runs(name, folder, database, monkeypatch):
    def small(scenario, settings):
        return make_scenario(scenario, settings).replace(**SMALL)

    monkeypatch.setattr("booking_sim.load_generator.run.make_scenario", small)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("POSTGRES_URL", database)
    exec(compile(with_what_is_given(EXAMPLES[name]), name, "exec"), {})
    plt.close("all")
