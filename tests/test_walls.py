"""The second wall: what a wrong hand writes to the tables is refused, and nothing is changed by it."""

import re
from datetime import timedelta

import psycopg
import pytest
from corruptions import CORRUPTIONS, populate

from booking_sim.audit import audit, holds
from booking_sim.database import connect

pytestmark = pytest.mark.core

REFUSED = [corruption for corruption in CORRUPTIONS if corruption.wall]


@pytest.fixture(scope="module")
def walled(server):
    """A connection to one populated database for all tests: none of them can change it."""
    with server.database(server.template) as url, connect(url) as connection:
        populate(connection)
        yield connection


@pytest.mark.parametrize("corruption", REFUSED, ids=lambda corruption: corruption.name)
def test_a_wall_refuses(walled, corruption):
    with pytest.raises(psycopg.Error) as refusal, walled.transaction():
        walled.execute(corruption.sql)
    diag = refusal.value.diag
    refused_by = [name for name in (diag.constraint_name, diag.column_name, diag.sqlstate) if name]
    assert any(re.match(corruption.wall, name) for name in refused_by)
    assert holds(audit(walled, sweep_bound=timedelta(hours=1)))
