"""The public face: everything that it names is there, and importing it costs nothing that is not used."""

import inspect
import pkgutil
import re
import subprocess
import sys
from functools import reduce
from importlib import import_module

import pytest

import booking_sim

LONGEST, WIDEST = 112, 84
"""Letters: of a first line, and of the others, as many as JupyterLab shows of one before it breaks it."""


def documented():
    """What Shift+Tab is pressed on, by its name: what is public, and what public classes can do."""
    for name in booking_sim.__all__:
        public = getattr(booking_sim, name)
        if inspect.ismodule(public):
            names = getattr(public, "__all__", ("catalogue", "find"))
            found = {f"{name}.{part}": getattr(public, part) for part in names}
        else:
            parts = [part for part in vars(public) if not part.startswith("_")] if inspect.isclass(public) else []
            found = {name: public} | {f"{name}.{part}": inspect.getattr_static(public, part) for part in parts}
        yield from {
            name: thing for name, thing in found.items() if callable(thing) or hasattr(thing, "__get__")
        }.items()


@pytest.mark.parametrize(("name", "thing"), [*documented()], ids=[name for name, _ in documented()])
def test_shift_tab_tells_how_to_use_it(name, thing):
    reported = inspect.getdoc(thing)
    first, *others = reported.splitlines()
    assert re.fullmatch(rf".{{10,{LONGEST}}}[.:]", first)
    assert [line for line in others if len(line) > WIDEST] == []
    wrapped = inspect.unwrap(getattr(thing, "__func__", thing))
    if not callable(wrapped):
        return
    signature = inspect.signature(wrapped)
    parameters = [one for one in signature.parameters.values() if one.name not in {"self", "cls"}]
    starred = {one: "*" * (one.kind is one.VAR_POSITIONAL) + "**" * (one.kind is one.VAR_KEYWORD) for one in parameters}
    missing = [one.name for one in parameters if f"\n    {starred[one]}{one.name}: " not in reported]
    assert missing == []
    if parameters and inspect.isroutine(wrapped) and signature.return_annotation is not None:
        assert re.search(r"\n(Returns|Yields):\n", reported)
    body = vars(wrapped).get("__post_init__") if inspect.isclass(wrapped) else wrapped
    if body and "raise BookingSimError" in inspect.getsource(body):
        assert "\nRaises:\n    BookingSimError: " in reported


@pytest.mark.parametrize("name", booking_sim.__all__)
def test_what_is_named_is_there_and_says_what_it_is(name):
    assert getattr(booking_sim, name).__doc__
    assert name in dir(booking_sim)


def test_no_function_shadows_a_module():
    names = [module.name for module in pkgutil.walk_packages(booking_sim.__path__, "booking_sim.")]
    modules = {name: import_module(name) for name in names}
    found = {name: reduce(getattr, name.split(".")[1:], booking_sim) for name in names}
    assert len(modules) > 100
    assert [name for name in names if found[name] is not modules[name]] == []


def test_what_is_not_named_is_refused():
    with pytest.raises(AttributeError, match="module 'booking_sim' has no attribute 'srge'"):
        booking_sim.srge  # noqa: B018


@pytest.mark.parametrize(
    "module",
    [
        "booking_sim",
        "booking_sim.load_generator.process_executor",
        "booking_sim.load_generator.worker.worker",
        "booking_sim.observer.watcher",
    ],
)
def test_importing_it_is_light(module):
    heavy = "{'numpy', 'pandas', 'matplotlib', 'pyarrow', 'scipy'}"  # every surge starts processes that need none of it
    code = f"import {module}, sys; sys.exit(' '.join({heavy} & {{*sys.modules}}) or 0)"
    subprocess.run([sys.executable, "-c", code], check=True)
