"""The directive `generated`: a part of the reference that is made from the package, and so follows it."""

from collections.abc import Callable

import contract
import examples_in_docstrings
import package
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PARTS: dict[str, Callable[[], str]] = {
    "settings": package.settings,
    "kinds": package.kinds,
    "arrivals": package.arrivals,
    "scenarios": package.scenarios,
    "strategies": package.strategies,
    "metrics": package.metrics,
    "frames": package.frames,
    "exceptions": package.exceptions,
    "invariants": package.invariants,
    "functions": contract.functions,
    "tables": contract.tables,
    "sqlstates": contract.sqlstates,
}
"""What there is: each gives Markdown."""


class Generated(SphinxDirective):
    """Put a generated part where the directive stands."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse the part as if it stood in the page."""
        return self.parse_text_to_nodes(PARTS[self.arguments[0]](), allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("generated", Generated)
    app.connect(
        "autodoc-process-docstring", examples_in_docstrings.mark, priority=400
    )  # before napoleon, which has 500
    return {"parallel_read_safe": True}
