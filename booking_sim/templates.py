"""Results as HTML: the templates stand beside the modules that fill them in, and what is filled in is escaped."""

import math

from jinja2 import Environment, PackageLoader, StrictUndefined


def _plain(value: object) -> str:
    """A setting or a figure as people write it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return "nothing" if math.isnan(value) else f"{value:,.6g}"
        case dict():
            return ", ".join(f"{name} {_plain(part)}" for name, part in value.items())
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
_ENVIRONMENT.filters["plain"] = _plain


def render(name: str, **values: object) -> str:
    """Fill a template in.

    Args:
        name: Its file, from this folder on.
        **values: What it asks for.
    """
    return _ENVIRONMENT.get_template(name).render(values)
