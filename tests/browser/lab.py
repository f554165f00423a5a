"""JupyterLab as a person has it before them: `booking-sim lab`, a page, and what one does there."""

import json
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import Page, expect
from program import COMMAND

SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false"},  # it would ask, in front of what is to be seen
    "notebook-extension/tracker": {"windowingMode": "none"},  # it would leave out cells that are not shown
}
WRONG = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type='application/vnd.jupyter.error']"
MARGIN = 120


@dataclass
class Lab:
    """One that runs: `notebooks` is the folder that it shows."""

    address: str
    notebooks: Path
    process: subprocess.Popen
    database: str

    def write(self, name, *cells):
        """Put a notebook of these cells there."""
        new = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        new.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
        nbformat.write(new, self.notebooks / name)

    def open(self, page, name):
        """Open a notebook in a page, with a kernel of its own, and nothing that was open before."""
        page.goto(urlsplit(self.address)._replace(path=f"/lab/workspaces/{Path(name).stem}/tree/{name}").geturl())
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        notebook = Notebook(page)
        notebook.choose("Edit", "Clear Outputs of All Cells")
        expect(notebook.prompts).to_have_text(["[ ]:"] * notebook.prompts.count())
        return notebook


@dataclass
class Notebook:
    """One that is open."""

    page: Page

    @property
    def prompts(self):
        """What stands beside each cell of code: `[ ]:`, while it runs `[*]:`, then the number of its turn."""
        return self.page.locator(".jp-CodeCell .jp-InputArea-prompt")

    @property
    def wrong(self):
        """What a cell complained of."""
        return self.page.locator(WRONG)

    def choose(self, menu, command):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=command, exact=True).click()

    def wait_until_run(self):
        """Wait until the last cell has run, or one complains."""
        done = self.prompts.last.and_(self.page.get_by_text(f"[{self.prompts.count()}]:"))
        expect(self.wrong.or_(done).first).to_be_visible()

    def keep_picture(self, path):
        """Keep what the page shows, in a window as high as it takes."""
        cells = self.page.locator(".jp-Notebook .jp-Cell").all()
        cells[0].scroll_into_view_if_needed()
        top, bottom = cells[0].bounding_box(), cells[-1].bounding_box()
        height = round(bottom["y"] + bottom["height"] - top["y"]) + MARGIN
        self.page.set_viewport_size({"width": self.page.viewport_size["width"], "height": height})
        self.page.screenshot(path=path)


@contextmanager
def running_lab(folder, database):
    """Start `booking-sim lab` with a configuration of its own; end it afterwards."""
    own = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    for plugin, settings in SETTINGS.items():
        path = folder / f"JUPYTER_CONFIG_DIR/lab/user-settings/@jupyterlab/{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))
    with subprocess.Popen(
        [COMMAND, "lab", folder / "notebooks", "--no-browser", "--port", "0"],
        env=os.environ | own | {"POSTGRES_URL": database},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        address = next(line for line in process.stdout if "://" in line).split()[1]
        yield Lab(address, folder / "notebooks", process, database)
        process.terminate()
