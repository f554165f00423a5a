"""Results as HTML: the templates stand beside the modules that fill them in, and what is filled in is escaped."""

import math
from collections.abc import Iterable, Mapping, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

_ALL_DIGITS = 1000
"""From here on a number is written without a fraction; below, with four digits that count."""


def plain(value: object) -> str:
    """A setting or a metric as people write it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return "none" if math.isnan(value) else f"{value:,.0f}" if abs(value) >= _ALL_DIGITS else f"{value:.4g}"
        case dict():
            return ", ".join(f"{name} {plain(part)}" for name, part in value.items())
        case None:
            return "not set"
        case _:
            return str(value)


_ENVIRONMENT = Environment(
    loader=PackageLoader("booking_sim", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["plain"] = plain


def render(name: str, **values: object) -> str:
    """Fill a template in.

    Args:
        name: Its file, from this folder on.
        **values: What it asks for.
    """
    return _ENVIRONMENT.get_template(name).render(values)


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "", tones: Mapping[str, str] | None = None
) -> str:
    """Write a table as a notebook shows it, in a light or a dark page.

    Args:
        head: What the columns are.
        rows: The cells of each row.
        caption: What to remember of it.
        tones: Words that are `good` or `bad` news, in whatever cell they stand.
    """
    return render("display/table.html", head=head, rows=rows, caption=caption, tones=tones or {})
