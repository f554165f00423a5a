"""Mutation tests: small wrong edits of a package, each of which its tests should detect.

    uv run python tests/mutation.py plots --sample 300 --seed 1 --jobs 2

A seeded sample of all edits is tried, one at a time, in memory: no file changes. Each runs the tests of PACKAGES until
the first that fails: first the tests that execute the edited line, then those that execute any line of its file. The
edits that no test detects are printed; the exit status is 1 if fewer than 85 % were detected.

mutmut and cosmic-ray do not fit: mutmut leaves decorated classes and properties alone, which is most of scenario,
arrivals and thresholds; cosmic-ray starts an interpreter for each edit, with 3 s of imports. Here each is a fork.

Not edited: docstrings, annotations, imports, exports, decorators, and prose outside of functions, such as help texts.
"""

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).parents[1]

PACKAGES = {
    "stats": ("booking_sim/stats", ["tests/stats", "tests/result/test_thresholds.py", "tests/plots"]),
    "plots": ("booking_sim/plots", ["tests/plots"]),
    "thresholds": ("booking_sim/result/thresholds.py", ["tests/result/test_thresholds.py"]),
    "scenario": ("booking_sim/scenario", ["tests/scenario"]),
    "arrivals": ("booking_sim/arrivals", ["tests/arrivals"]),
}
"""What is edited, and the tests that should detect it."""

SLOW = ("without_pyplot", "overlaps", "page", "day_of_seconds", "each_runs")
"""Tests that are left out, by parts of their names: they take seconds, and little is detected by them alone."""

HEAVY = (
    "attrs",
    "hypothesis",
    "click",
    "jinja2",
    "psutil",
    "tqdm.auto",
    "matplotlib.pyplot",
    "numpy",
    "pandas",
    "psycopg",
    "pyarrow.parquet",
    "scipy.stats",
)
"""Imported once, before the forks."""

GOAL = 0.85

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}


@dataclass(frozen=True)
class Mutant:
    """One edit: the module with it, and what it changes."""

    path: Path
    line: int
    last_line: int
    before: str
    after: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.before}  ->  {self.after}"


def mutants(path: Path) -> Iterator[Callable[[], Mutant]]:
    """All edits of a file; each is made when it is called."""
    tree = ast.parse(path.read_text())
    for number, (node, edits) in enumerate(places(tree)):
        for edit in edits:
            yield lambda number=number, edit=edit, node=node: make(path, tree, number, edit, ast.unparse(node))


def make(path: Path, tree: ast.Module, number: int, edit: Callable[[ast.AST], ast.AST], before: str) -> Mutant:
    changed = copy.deepcopy(tree)
    node, _ = list(places(changed))[number]
    new = edit(node)
    if new is not node:
        Replace(node, new).visit(changed)
    ast.fix_missing_locations(changed)
    last = node.lineno if isinstance(node, ast.stmt) else node.end_lineno
    return Mutant(path, node.lineno, last, before.splitlines()[0], ast.unparse(new).splitlines()[0], changed)


class Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old = old
        self.new = ast.copy_location(new, old)

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def places(tree: ast.AST, *, inside: bool = False) -> Iterator[tuple[ast.AST, list[Callable[[ast.AST], ast.AST]]]]:
    """Each node that can be edited, with its edits, in a fixed order."""
    for field, value in ast.iter_fields(tree):
        if field in {"annotation", "returns", "decorator_list"}:
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or isinstance(node, ast.Import | ast.ImportFrom) or is_text(node):
                continue
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                continue
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                continue
            if edits := [*edits_of(node, inside=inside)]:
                yield node, edits
            yield from places(node, inside=inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def edits_of(  # noqa: C901  a case for each kind of node
    node: ast.AST, *, inside: bool
) -> Iterator[Callable[[ast.AST], ast.AST]]:
    """The edits of one node: functions that change a copy of it, or return what stands in its place."""
    match node:
        case ast.Compare(ops=ops):
            yield from (lambda n, i=i: setattr(n, "ops", swapped(n.ops, i)) or n for i in range(len(ops)))
        case ast.BoolOp() | ast.BinOp() if type(node.op) in SWAPS:
            yield lambda n: setattr(n, "op", SWAPS[type(n.op)]()) or n
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield lambda n: n.operand
        case ast.If() | ast.While() | ast.IfExp():
            yield lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test)) or n
        case ast.comprehension(ifs=[_, *_]):
            pass  # its conditions are edited themselves; it has no line
        case ast.Return(value=ast.AST() as value) if not isinstance(value, ast.Constant):
            yield lambda n: setattr(n, "value", ast.Constant(None)) or n
        case ast.Call(keywords=keywords):
            named = [i for i, keyword in enumerate(keywords) if keyword.arg]
            yield from (lambda n, i=i: n.keywords.pop(i) and n for i in named)
        case ast.Break() | ast.Continue():
            yield lambda n: SWAPS[type(n)]()
        case ast.Constant(value=bool()):
            yield lambda n: setattr(n, "value", not n.value) or n
        case ast.Constant(value=int() | float()):
            yield lambda n: setattr(n, "value", n.value + 1) or n
        case ast.Constant(value=str() as text) if inside or " " not in text:
            yield lambda n: setattr(n, "value", f"XX{n.value}") or n


def swapped(ops: Sequence[ast.AST], at: int) -> list[ast.AST]:
    return [SWAPS[type(op)]() if i == at else op for i, op in enumerate(ops)]


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a tree, and says whether it did."""

    def __init__(self, mutant: Mutant) -> None:
        parts = mutant.path.relative_to(ROOT).with_suffix("").parts
        self.package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.package else parts)
        self.mutant = mutant

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(
            name,
            self.mutant.path,
            loader=self,
            submodule_search_locations=[str(self.mutant.path.parent)] if self.package else None,
        )

    def exec_module(self, module: object) -> None:
        exec(compile(self.mutant.tree, self.mutant.path, "exec"), vars(module))


class Selected:
    """A pytest plugin: leaves out the slow tests, and those that have run before or run later."""

    def __init__(self, chosen: Callable[[str], bool]) -> None:
        self.chosen = chosen

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [
            item for item in items if self.chosen(item.nodeid) and not any(part in item.nodeid for part in SLOW)
        ]


class Recorder(Selected):
    """A pytest plugin: writes down which test executes which lines."""

    def __init__(self, file: str, place: str) -> None:
        super().__init__(lambda _: True)
        self.coverage = coverage.Coverage(
            data_file=file, config_file=False, include=[f"{ROOT / place}", f"{ROOT / place}/*"]
        )

    def pytest_sessionstart(self) -> None:
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        return (yield)

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        self.coverage.save()


Lines = dict[str, dict[int, list[str]]]
"""The names of the tests that execute a line, by file and line."""


def recorded(place: str, tests: Sequence[str]) -> Lines:
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/lines"
        if not passed(run(tests, None, 600, Recorder(file, place))):
            sys.exit("The tests fail without an edit.")
        data = coverage.CoverageData(file)
        data.read()
        return {path: data.contexts_by_lineno(path) for path in data.measured_files()}


def attempt(tests: Sequence[str], mutant: Mutant, lines: Lines, seconds: int) -> int:
    """Run tests on an edit in a fork. Its exit status is 0 if none of them detected the edit."""
    if process := os.fork():
        return process
    names = lines.get(str(mutant.path), {})
    first = {name for line in range(mutant.line, mutant.last_line + 1) for name in names.get(line, ())}
    rest = {name for those in names.values() for name in those} - first
    if "" in first or not first:  # executed by the import of its module, which is before all tests
        os._exit(not passed(run(tests, mutant, seconds, Selected(lambda _: True))))
    detected = any(
        not passed(
            run(sorted({name.split("::")[0] for name in chosen}), mutant, seconds, Selected(chosen.__contains__))
        )
        for chosen in (first, rest - {""})
        if chosen
    )
    os._exit(detected)


def run(tests: Sequence[str], mutant: Mutant | None, seconds: int, plugin: Selected) -> int:
    """Run tests in a fork; return its process id."""
    if process := os.fork():
        return process
    os.setsid()
    # An edit that makes a loop endless ends with a signal, and so is detected. The CPU's time: machines may be busy.
    signal.setitimer(signal.ITIMER_PROF, seconds)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    if mutant is not None:
        sys.meta_path.insert(0, Finder(mutant))
    options = ["-x", "-q", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:xdist"]
    try:
        os._exit(int(pytest.main([*options, *tests], plugins=[plugin])))
    except BaseException:  # noqa: BLE001  whatever it is, it ends here, and not in the parent
        os._exit(9)


def passed(process: int) -> bool:
    """Whether no test failed, or none was left to run."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) in {
        pytest.ExitCode.OK,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    }


def main() -> None:
    """Try a sample of the edits of a package."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", choices=PACKAGES)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # that of nbval alone takes four seconds to import
    for name in HEAVY:
        importlib.import_module(name)
    place, tests = PACKAGES[given.package]
    paths = sorted((ROOT / place).rglob("*.py")) or [ROOT / place]
    edits = [edit for path in paths for edit in mutants(path)]
    chosen = random.Random(given.seed).sample(edits, min(given.sample, len(edits)))

    began = time.monotonic()
    lines = recorded(place, tests)
    seconds = 10 + round(3 * (time.monotonic() - began))

    waiting, running, survived = [*chosen], {}, []
    while waiting or running:
        while waiting and len(running) < given.jobs:
            mutant = waiting.pop()()
            running[attempt(tests, mutant, lines, seconds)] = mutant
        process, status = os.wait()
        mutant = running.pop(process)
        if status == 0:
            survived.append(mutant)
            print(f"not detected: {mutant}", flush=True)
    share = 1 - len(survived) / len(chosen)
    print(
        f"{given.package}: {len(chosen) - len(survived)} of {len(chosen)} edits detected ({share:.1%}),"
        f" of {len(edits)} in all; seed {given.seed}, {time.monotonic() - began:.0f} s"
    )
    sys.exit(share < GOAL)


if __name__ == "__main__":
    main()
