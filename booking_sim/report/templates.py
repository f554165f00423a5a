"""The templates of the pages, beside this module; what is filled in is escaped."""

from jinja2 import Environment, PackageLoader, StrictUndefined

_ENVIRONMENT = Environment(
    loader=PackageLoader("booking_sim.report", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(name: str, **values: object) -> str:
    """Fill a template in.

    Args:
        name: Its file in this folder.
        **values: What it asks for.
    """
    return _ENVIRONMENT.get_template(name).render(values)
