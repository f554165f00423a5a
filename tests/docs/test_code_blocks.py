"""What README and the documentation show can be done: the code blocks of each page run, in order, in one folder.

Python, SQL and scenarios run as they stand. Commands run too, but what takes long is only parsed; of each page one
surge runs, made small by flags added to it, and of the others the scenario is made. Each page has a database of its
own; the result that pages load was made once, by the command that `start.md` shows for it.
"""

import re
import shlex
import signal
import tomllib
from contextlib import chdir
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import Path

import click
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from booking_sim import Scenario, load, scenarios
from booking_sim.cli import cli
from booking_sim.database import connect
from booking_sim.errors import BookingSimError

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("[!_]*/*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
RUN_FIRST = "booking-sim surge --out results/first"

SMALL = ["--tickets", "20", "--buyers", "60", "--connections", "2", "--workers", "1", "--time-scale", "1000000"]
"""What is added to the command of a surge; the last of two flags counts."""

PARSED = {
    "bench",
    "calibrate",
    "compare",
    "doctor",
    "drill",
    "forecast",
    "holdout",
    "knee",
    "lab",
    "plan",
    "strategies",
    "sweep",
}
"""Commands that take long, also those below them."""

OTHERS = {"pip", "psql", "jq", ".ci/run", "pytest", "ruff", "mypy", "sphinx-build"}
"""Programs of others, which are not run."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, server):
    """Where all pages run: with the files that they write, and the result that they load."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "mine.sql").write_text(block("own-strategy", "postgresql"))
    (folder / "mine.toml").write_text(block("plan-capacity", "toml"))
    assert RUN_FIRST in (ROOT / "docs" / "start.md").read_text()
    with chdir(folder), server.database(server.template) as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("POSTGRES_URL", url)
        run(*shlex.split(RUN_FIRST)[1:])
    return folder


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_blocks_run(page, folder, server, database, monkeypatch):
    surges = 0

    def commands(example):
        nonlocal surges
        for words in split(example.parsed):
            surges += "surge" in words
            check([server.role if word in {"shop", "reporting"} else word for word in words], surges > 1)

    def sql(example):
        with connect(database) as connection:
            connection.execute(example.parsed)

    def scenario(example):
        Scenario.from_settings(tomllib.loads(example.parsed))

    parsers = [
        PythonCodeBlockParser(),
        CodeBlockParser("bash", commands),
        CodeBlockParser("sql", sql),
        CodeBlockParser("toml", scenario),
    ]
    monkeypatch.chdir(folder)
    monkeypatch.setenv("POSTGRES_URL", database)
    for example in Sybil(parsers).parse(page).examples():
        example.evaluate()
    plt.close("all")


def test_the_reference_names_every_column_of_a_result(folder, monkeypatch):
    pytest.importorskip("sphinx", reason="the group docs is not installed: uv sync --group docs")
    monkeypatch.syspath_prepend(ROOT / "docs" / "_ext")
    text = import_module("package").frames()
    sections = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))
    result = load(folder / "results" / "first")
    values = {name: getattr(result, name) for name in dir(result) if not name.startswith("_")}
    assert sections.keys() == {name for name, value in values.items() if isinstance(value, pd.DataFrame)}
    columns = {(name, column) for name in sections for column in getattr(result, name).columns}
    assert {(name, column) for name, column in columns if f"`{column}`" not in sections[name]} == set()


def test_every_language_is_one_that_is_run_or_only_shown():
    languages = {
        language for page in PAGES for language in re.findall(r"^```([a-z]+)$", page.read_text(), re.MULTILINE)
    }
    assert languages == {"python", "bash", "sql", "toml"} | {"postgresql", "text", "yaml"}


@pytest.mark.parametrize(
    "line",
    [
        "uv run booking-sim surge --tikets 5",
        "uv run booking-sim sruge",
        "uv run booking-sim db migrat",
        "uv run booking-sim bench --phases fresh",
        'psql "$(uv run booking-sim db adress)"',
        "uv run booking-sim audit | grpe violations",
        "uv run booking-sim audit --event 7",
        "uv run booking-sim surge bot_strom",
        "uv run booking-sim compare --hold 5x",
    ],
)
def test_a_command_that_cannot_be_run_is_noticed(line, folder, database, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("POSTGRES_URL", database)
    with pytest.raises((click.ClickException, BookingSimError, AssertionError)):
        [check(words) for words in split(line)]


def block(page, language):
    """The first code block in a language of a how-to."""
    return re.search(rf"```{language}\n(.*?)```", (ROOT / "docs" / "how-to" / f"{page}.md").read_text(), re.DOTALL)[1]


def split(text):
    """The commands of a block, each as its words: also those in $(...), and on either side of |, && and ;."""
    for line in text.replace("\\\n", " ").splitlines():
        for inner in re.findall(r"\$\((.*?)\)", line):
            yield from split(inner)
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        for is_mark, words in groupby(lexer, key=lambda word: set(word) <= set("|&;<>")):
            if not is_mark:
                yield list(words)


def check(words, parse=False):
    """See that a command can be run, and run it unless it is somebody else's, takes long, or is only to be parsed."""
    while re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if words[:2] == ["uv", "run"]:
        words = words[2:]
        while words[0].startswith("--"):  # --extra lab, --group docs
            words = words[2:]
    if words[0] == "booking-sim":
        run(*words[1:], parse=parse)
    else:
        assert words[0] in OTHERS | {"mine.toml"}, words  # mine.toml: a command's output goes there


@cache
def run(*words, parse=False):
    """Run `booking-sim` with these words, or only parse them; the same words once."""
    command, names = cli, []
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        names.append(words[0])
        command, words = command.commands.get(words[0]), words[1:]
        assert command is not None, f"there is no command {' '.join(names)}"
    with command.make_context(" ".join(names), [*words]) as context:
        make_scenario(context.params)
    if names[0] in PARSED or (parse and names == ["surge"]):
        return
    handler = signal.getsignal(signal.SIGTERM)
    status = 0
    try:
        command.main([*words, *(SMALL if names == ["surge"] else [])], standalone_mode=False)
    except SystemExit as end:
        status = end.code
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert status in ({0, 1} if "--require" in words else {0}), names  # so small a surge may miss what is required


def make_scenario(parameters):
    """Make the scenario that the parameters of a command ask for."""
    given = {name: value for name, value in parameters.items() if name in Scenario.names() and value is not None}
    name_or_path = parameters.get("scenario")
    (scenarios.find(name_or_path) if name_or_path else Scenario()).replace(**given)
