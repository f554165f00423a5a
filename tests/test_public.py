"""The public face: everything that it names is there, and importing it costs nothing that is not used."""

import subprocess
import sys

import pytest

import booking_sim


@pytest.mark.parametrize("name", booking_sim.__all__)
def test_what_is_named_is_there_and_says_what_it_is(name):
    assert getattr(booking_sim, name).__doc__
    assert name in dir(booking_sim)


def test_what_is_not_named_is_refused():
    with pytest.raises(AttributeError, match="module 'booking_sim' has no attribute 'srge'"):
        booking_sim.srge  # noqa: B018


@pytest.mark.parametrize("module", ["booking_sim", "booking_sim.surge.worker", "booking_sim.observer.watcher"])
def test_importing_it_is_light(module):
    heavy = "{'numpy', 'pandas', 'matplotlib', 'pyarrow', 'scipy'}"  # every surge starts processes that need none of it
    code = f"import {module}, sys; sys.exit(' '.join({heavy} & {{*sys.modules}}) or 0)"
    subprocess.run([sys.executable, "-c", code], check=True)
