"""How the documentation is built: `uv run --group docs sphinx-build -W --keep-going docs docs/_build/html`."""

import shutil
import sys
from importlib.metadata import version as installed
from pathlib import Path

HERE = Path(__file__).parent

sys.path.insert(0, str(HERE / "_ext"))

# Sphinx reads nothing outside of its folder; through a link, hatch would find the notebooks here and not for the wheel.
TUTORIALS = HERE / "tutorials"
shutil.rmtree(TUTORIALS, ignore_errors=True)
TUTORIALS.mkdir()
for notebook in (HERE.parent / "notebooks").glob("*.ipynb"):
    shutil.copy2(notebook, TUTORIALS)

project = "booking_sim"
author = "the booking_sim authors"
version = release = installed("booking-sim")
html_title = f"booking_sim {release}"

extensions = [
    "myst_nb",  # pages in Markdown, notebooks with the outputs that they are kept with
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "generated",  # tables made from the package
]
exclude_patterns = ["_build"]

html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
smartquotes = False  # it would make one dash of the two before a flag
pygments_style, pygments_dark_style = "friendly", "github-dark"

nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

default_role = "literal"  # docstrings mark code with one backtick
autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 88
napoleon_numpy_docstring = False
napoleon_use_rtype = False  # the signature has it
autosummary_generate = False
