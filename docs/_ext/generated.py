"""The directive `generated`: a part of the reference that is made from the package, and so follows it."""

from collections.abc import Callable

import contract
import literal_blocks
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
    "proof": package.proof,
    "drills": package.drills,
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
    # Before napoleon, which has priority 500.
    app.connect("autodoc-process-docstring", literal_blocks.in_docstrings, priority=400)
    app.connect("sphinx-click-process-description", literal_blocks.in_commands)
    return {"parallel_read_safe": True}
