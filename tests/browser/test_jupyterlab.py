"""The notebooks as a person meets them: `booking-sim lab`, a browser, Run All Cells."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import expect

from booking_sim.database.scratch import scratch_database
from booking_sim.resources import NOTEBOOKS

pytestmark = pytest.mark.browser

COMMAND = Path(sys.executable).with_name("booking-sim")
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false"},  # it would ask, in front of what is to be seen
    "notebook-extension/tracker": {"windowingMode": "none"},  # it would leave out cells that are out of sight
}


@pytest.fixture(scope="module")
def address(servers, tmp_path_factory):
    """Start `booking-sim lab` and give the address that it tells."""
    folder = tmp_path_factory.mktemp("lab")
    own = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    for plugin, settings in SETTINGS.items():
        path = folder / f"JUPYTER_CONFIG_DIR/lab/user-settings/@jupyterlab/{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))
    with (
        scratch_database(servers("main").url) as database,
        subprocess.Popen(
            [COMMAND, "lab", folder / "notebooks", "--no-browser", "--port", "0"],
            env=os.environ | own | {"POSTGRES_URL": database},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        yield next(line for line in process.stdout if "://" in line).split()[1]
        process.terminate()


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path, address, page, keep_picture):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    page.goto(urlsplit(address)._replace(path=f"/lab/tree/{path.name}").geturl())
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    choose(page, "Edit", "Clear Outputs of All Cells")
    prompts = page.locator(".jp-CodeCell .jp-InputArea-prompt")
    expect(prompts).to_have_text(["[ ]:"] * len(cells))

    choose(page, "Run", "Run All Cells")
    wrong = page.locator(
        "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type='application/vnd.jupyter.error']"
    )
    expect(wrong.or_(prompts.last.and_(page.get_by_text(f"[{len(cells)}]:")))).to_be_visible()
    shown = page.locator(".jp-Notebook .jp-Cell").all()
    shown[0].scroll_into_view_if_needed()
    top, bottom = shown[0].bounding_box(), shown[-1].bounding_box()
    keep_picture(bottom["y"] + bottom["height"] - top["y"])
    assert wrong.all_inner_texts() == []
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    for cell, shown in zip(cells, page.locator(".jp-CodeCell").all(), strict=True):
        pictures = shown.locator("img[src^='data:image/png']")
        expect(pictures).to_have_count(sum("image/png" in output.data for output in cell.outputs))
        for picture in pictures.all():
            assert picture.evaluate("picture => picture.naturalWidth") > 300


def choose(page, menu, command):
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=command, exact=True).click()
