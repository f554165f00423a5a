"""The notebooks as files: they read well where nobody runs them, and nbval notices when they are wrong.

That they run, and give the outputs that they are kept with, is tested by nbval: see notebooks/conftest.py.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FIRST = ROOT / "notebooks" / "01_first_surge.ipynb"

COLUMNS = 120
"""Letters that a cell has room for in a JupyterLab of usual width."""

REFRESH = "jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False"
"""How a notebook's outputs are made anew, in a fresh kernel and without the hour of the day."""


def read(path):
    notebook = nbformat.read(path, as_version=4)
    return notebook, [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_kept_as_run_once_from_top_to_bottom(path):
    _, cells = read(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), f"run `{REFRESH} {path.name}`"


def test_kept_with_pictures_and_without_errors_or_noise(path):
    _, cells = read(path)
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"display_data", "execute_result"}
    assert any("image/png" in output.data for output in outputs)


def test_every_run_is_judged(path):
    _, cells = read(path)
    unseen = [cell for cell in cells if "nbval-ignore-output" in cell.metadata.get("tags", [])]
    assert any(re.search(r"^ *assert ", cell.source, re.MULTILINE) for cell in cells)
    assert any(cell.outputs for cell in cells if cell not in unseen), "no output is compared"


def test_parameters_can_be_set_from_outside(path):
    _, cells = read(path)
    assert [cell.metadata.get("tags") for cell in cells].index(["parameters"]) == 0


def test_says_nothing_of_who_made_it_and_where(path):
    notebook, cells = read(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}  # so no widgets' state either
    assert notebook.metadata.kernelspec.name == "python3"
    assert [cell.metadata for cell in notebook.cells if set(cell.metadata) - {"tags"}] == []
    for cell in cells:
        for output in cell.outputs:
            output.get("data", {}).pop("image/png", None)
    text = json.dumps(notebook)
    assert not re.search(r"(?<![\w.])/(?:home|Users|root|tmp|var|work|opt|usr)/|[A-Z]:\\\\", text)
    assert not re.search(r"postgres(?:ql)?://", text)


def test_prose_leaves_the_numbers_to_the_cells(path):
    notebook, _ = read(path)
    prose = [re.sub("`[^`]*`", "", cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    assert [text for text in prose if re.search(r"\d", text)] == []


def test_reads_without_scrolling_sideways(path):
    _, cells = read(path)
    assert [line for cell in cells for line in cell.source.splitlines() if len(line) > COLUMNS] == []


def test_nbval_sees_a_wrong_number_and_cuts_a_cell_that_hangs(tmp_path):
    """As the tests run a notebook, whatever the scale that is set: a test has that of what it is compared with."""
    show = """
        import os
        from IPython.display import Markdown
        Markdown(f"{9_500 * int(os.environ.get('BOOKING_SIM_SCALE', 1)):,} were refused")
    """
    sources = (dedent(show), dedent(show), "import threading\nthreading.Event().wait()")
    kept = ("9,500 were refused", "9,499 were refused", None)
    cells = [
        nbformat.v4.new_code_cell(source, execution_count=number, outputs=[shown(text, number)] if text else [])
        for number, (source, text) in enumerate(zip(sources, kept, strict=True), 1)
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "planted.ipynb")
    shutil.copy(ROOT / "notebooks" / "conftest.py", tmp_path)
    options = ["-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, "-n", "0", "--nbval-cell-timeout", "3"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, tmp_path],
        cwd=tmp_path,
        env=os.environ | {"BOOKING_SIM_SCALE": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert re.findall(r"^FAILED .*::Cell (\d+)", done.stdout, re.MULTILINE) == ["1", "2"]
    assert "2 failed, 1 passed" in done.stdout
    assert "9,499" in done.stdout
    assert "Timeout of 3 seconds exceeded" in done.stdout


def shown(text, number):
    data = {"text/markdown": text, "text/plain": "<IPython.core.display.Markdown object>"}
    return nbformat.v4.new_output("execute_result", data, execution_count=number)


def test_where_nobody_looks_errors_are_one_line_and_the_live_view_is_off(database, monkeypatch):
    monkeypatch.setenv("POSTGRES_URL", database)
    cells = (
        "import booking_sim\nbooking_sim.surge(tickets=0)",
        "booking_sim.surge(tickets=5, buyers=9, live=True, progress=False).partial",
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, allow_errors=True).execute()
    (error,) = notebook.cells[0].outputs
    assert error.traceback == ["SettingError: tickets=0 is invalid: expected a whole number from 1 to 5,000,000."]
    assert {output.output_type for output in notebook.cells[1].outputs} == {"execute_result"}
