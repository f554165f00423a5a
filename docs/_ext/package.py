"""Parts of the reference that are made from the Python package."""

import inspect
import re
from collections.abc import Mapping

import attrs
import click
import pyarrow as pa
from markup import code, table
from sphinx.pycode import ModuleAnalyzer

from booking_sim import Scenario, SurgeResult, booking, errors, prove
from booking_sim import arrivals as profiles
from booking_sim import scenarios as ready
from booking_sim import strategies as ways
from booking_sim.audit import RULES
from booking_sim.cli import cli
from booking_sim.drills import FAULTS
from booking_sim.proof.rules import unchecked
from booking_sim.queries import describe
from booking_sim.records import columns, holds, samples
from booking_sim.records.attempts import Attempt
from booking_sim.stats.metrics import METRICS, OF_THE_RUN

SCHEMAS: Mapping[str, pa.Schema] = {
    "attempts": columns.SCHEMA,
    "holds": holds.SCHEMA,
    **{name: samples.SCHEMAS[name] for name in samples.KEPT},
}
"""The schemas of the frames that a result keeps as they were measured; the others are computed."""


def settings() -> str:
    """The settings of a scenario, as keyword, key of a TOML file and flag."""
    flags = {option.name: option for option in cli.commands["surge"].params if isinstance(option, click.Option)}
    rows = []
    for name in Scenario.names():
        option = flags[name]
        about, _, default = (option.help or "").partition("[default:")
        rows.append((code(name), code(f"{option.opts[0]} {option.metavar}"), code(default.strip(" ]")), about))
    return table(("setting", "flag", "default", "meaning"), rows)


def kinds() -> str:
    """What can be said of a kind of buyers."""
    (kind,) = Scenario().kinds.values()
    rows = [
        (code(field.name), code(getattr(kind, field.name)), field.metadata["help"])
        for field in attrs.fields(type(kind))
    ]
    return table(("parameter", "default", "meaning"), rows)


def arrivals() -> str:
    """The profiles of arrivals, as one writes them."""
    shapes = [getattr(profiles, name) for name in profiles.__all__]
    shapes = [shape for shape in shapes if inspect.isclass(shape) and issubclass(shape, profiles.Profile)]
    return "\n".join(
        f"`{shape.__name__.lower()}({', '.join(inspect.signature(shape).parameters)})`\n: {says(shape)}\n"
        for shape in shapes
        if shape not in {profiles.Profile, profiles.Sum}  # what all are, and what `+` gives
    )


def scenarios() -> str:
    """The ready scenarios."""
    return table(("scenario", "what it is"), ((code(name), about) for name, about in ready.catalogue().items()))


def strategies() -> str:
    """The strategies, each with what its file says of it."""
    return "\n".join(
        f"`{each.name}`: {each.title}{'' if each.safe else ' (unsafe on purpose)'}\n"
        + "".join(f": {about}\n" for about in (each.does, f"Used by: {each.used_by}", f"Costs: {each.costs}") if about)
        for each in ways.catalogue()
    )


def metrics() -> str:
    """The metrics of a summary; and whether a part of the run has its own."""
    rows = [(code(name), about, "" if name in OF_THE_RUN else "yes") for name, about in METRICS.items()]
    return table(("metric", "meaning", "of a part"), rows)


def frames() -> str:
    """The frames of a result: what SurgeResult says of each, and its columns."""
    parts = []
    for name, about in attributes(SurgeResult).items():
        if name in SCHEMAS:
            said = ModuleAnalyzer.for_module(Attempt.__module__).find_attr_docs() if name == "attempts" else {}
            rows = [
                (code(field.name), code(type_of(field)), " ".join(said.get((Attempt.__name__, field.name), [])))
                for field in SCHEMAS[name]
            ]
            parts.append(f"## `{name}`\n\n{about}\n\n{table(('column', 'type', 'meaning'), rows)}")
        elif name in {"inventory", "audit", "proof"}:
            more = " ".join(section(prove, "Returns").split()) if name == "proof" else ""
            parts.append(f"## `{name}`\n\n{about}\n\n{more}\n")
    return "\n".join(parts)


def type_of(field: pa.Field) -> str:
    """The type of a column; of a category, that of its values."""
    return f"category of {field.type.value_type}" if pa.types.is_dictionary(field.type) else str(field.type)


def attributes(kind: type) -> dict[str, str]:
    """What the docstring of a class says of each attribute."""
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", section(kind, "Attributes"), re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def section(thing: object, heading: str) -> str:
    """A section of a docstring, as it stands below its heading."""
    return (inspect.getdoc(thing) or "").partition(f"\n{heading}:\n")[2].partition("\n\n")[0]


def proof() -> str:
    """The rules that the proof judges a history by."""
    return table(
        ("name", "what must be true"), ((code(row.name), row.rule) for row in unchecked().itertuples(index=False))
    )


def drills() -> str:
    """The faults of the drills, and what a user can expect of each."""
    rows = ((code(fault.name), fault.sentence, fault.expected.value) for fault in FAULTS.values())
    return table(("fault", "what happens", "a surge"), rows)


def invariants() -> str:
    """The invariants that the audit checks."""
    return table(("name", "what must be true"), ((code(rule), describe(f"audit/{rule}")) for rule in RULES))


def exceptions() -> str:
    """The exceptions that callers meet, with what the command line exits with."""
    kinds = [errors.BookingSimError, *errors.BookingSimError.__subclasses__()]
    rows = [
        (code(kind.__name__), says(kind), kind.exit_code, ", ".join(code(base.__name__) for base in kind.__bases__))
        for kind in kinds
        if kind.__module__ in {errors.__name__, booking.__name__}
    ]
    return table(("exception", "meaning", "exit code", "is also"), rows)


def says(kind: type) -> str:
    """What a class says of itself, up to the first heading such as `Raises:`."""
    text = re.split(r"\n\w+:\n", inspect.getdoc(kind) or "")[0]
    return " ".join(text.split())
