"""The notebooks as a person meets them: opened in JupyterLab, Run All Cells."""

import nbformat
import pytest
from playwright.sync_api import expect

from booking_sim.resources import NOTEBOOKS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path, lab, page, picture):
    notebook = lab.open(page, path.name)
    notebook.choose("Run", "Run All Cells")
    notebook.wait_until_run()
    notebook.keep_picture(picture(path.stem))
    assert notebook.wrong.all_inner_texts() == []

    kept = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for cell, shown in zip(kept, page.locator(".jp-CodeCell").all(), strict=True):
        charts = shown.locator("img[src^='data:image/png']")
        expect(charts).to_have_count(sum(pictures(output.data) for output in cell.outputs))
        for chart in charts.all():
            assert chart.evaluate("chart => chart.naturalWidth") > 300


def pictures(data):
    """How many an output shows: one of its own, or those in a card."""
    return data["text/html"].count('src="data:image/png') if "text/html" in data else int("image/png" in data)
