"""Who may import whom: the order of the package's parts, and no circle, also not inside functions or for annotations.

ORDER is the layout of the design, from the bottom to the top: a part imports those above its own line in this list only
if they come before it. Within a part, modules form no circle.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "booking_sim"

ORDER = [
    "errors",
    "redaction",
    "resources",
    "durations",
    "validation",
    "queries",
    "processes",
    "database",
    "models",
    "booking",
    "audit",
    "strategies",
    "arrivals",
    "scenario",
    "records",
    "skip_depth",
    "observer",
    "stats",
    "plots",
    "display",
    "notebook",
    "proof",
    "result",
    "live",
    "load_generator",
    "contract",
    "diagnostics",
    "drills",
    "report",
    "forecasting",
    "calibration",
    "planning",
    "comparison",
    "sweeping",
    "pytest",
    "bench",
    "cli",
    "__init__",
]


def modules() -> dict[str, Path]:
    names = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = ("booking_sim", *path.relative_to(ROOT).with_suffix("").parts)
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


MODULES = modules()


def imports(name: str) -> Iterator[tuple[str, bool]]:
    """The modules of the package that a module imports, and whether inside a function.

    Those that are imported for annotations alone count like all others.
    """
    tree = ast.parse(MODULES[name].read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        found = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found = [
                whole if (whole := f"{node.module}.{alias.name}") in MODULES else node.module for alias in node.names
            ]
        yield from ((one, id(node) in inside) for one in found if one.split(".")[0] == "booking_sim")


GRAPH = {name: {one for one, _ in imports(name)} - {name} for name in MODULES}


def part(name: str) -> str:
    return [*name.split("."), "__init__"][1]


def test_every_part_has_its_place():
    assert {part(name) for name in MODULES} == set(ORDER)


def test_contributing_lists_every_folder_in_this_order():
    rows = re.findall(r"^\| (`\w+/`.*?) \|", (ROOT.parent / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"`(\w+)/`", row)]
    assert listed == [name for name in ORDER if (ROOT / name).is_dir()]


def test_nobody_imports_what_is_above():
    against = {
        (name, one)
        for name, imported in GRAPH.items()
        for one in imported
        if ORDER.index(part(one)) > ORDER.index(part(name))
    }
    assert against == set()


@pytest.mark.parametrize("simulates", ["forecasting", "planning"])
def test_a_forecast_needs_no_database_code(simulates):
    reached, todo = set(), [name for name in GRAPH if part(name) == simulates]
    while todo:
        name = todo.pop()
        todo += [one for one in GRAPH[name] if one not in reached]
        reached |= {name, *GRAPH[name]}
    database = {"database", "booking", "observer", "load_generator"}
    assert {name for name in reached if part(name) in database} == set()
    assert any(part(name) == "scenario" for name in reached)


def test_no_circle_within_a_part():
    """Between parts there is none where all imports follow the order."""
    graph = {name: {one for one in GRAPH[name] - {parent(name)} if part(one) == part(name)} for name in GRAPH}
    assert [" -> ".join(circle) for circle in find_circles(graph)] == []


def test_imports_stand_at_the_top():
    inside = {name for name in MODULES for _, is_inside in imports(name) if is_inside}
    assert inside == set()


@pytest.mark.parametrize(
    ("graph", "circles"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, [["b", "c", "b"]]),
        ({"a": {"a"}}, [["a", "a"]]),
    ],
)
def test_a_circle_is_found(graph, circles):
    assert find_circles(graph) == circles


def parent(name: str) -> str:
    return name.rpartition(".")[0]


def find_circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """A circle through each edge that closes one, by depth-first search."""
    circles, done = [], set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            circles.append([*path[path.index(name) :], name])
        elif name not in done:
            for one in sorted(graph[name]):
                visit(one, [*path, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return circles
