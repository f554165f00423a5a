"""Which server is used: the one that is named, in this order, or one of our own."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from booking_sim.database import connect, open_server
from booking_sim.database.target import PG_VARIABLES, named_server
from booking_sim.errors import BookingSimError


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch):
    for name in ("POSTGRES_URL", *PG_VARIABLES):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def place(server):
    return conninfo_to_dict(server.url)


@pytest.fixture
def pg_variables(monkeypatch, place):
    for name, keyword in {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGDATABASE": "dbname"}.items():
        if keyword in place:
            monkeypatch.setenv(name, str(place[keyword]))


def test_named_by_the_caller(server, monkeypatch):
    monkeypatch.setenv("POSTGRES_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    with open_server(server.url) as opened:
        assert (opened.source, opened.url) == ("url", server.url)


def test_postgres_url_comes_first(server, monkeypatch, pg_variables):
    monkeypatch.setenv("POSTGRES_URL", server.url)
    with open_server() as opened:
        assert (opened.source, opened.url) == ("POSTGRES_URL", server.url)


def test_empty_postgres_url_is_none(monkeypatch):
    monkeypatch.setenv("POSTGRES_URL", "")
    assert named_server() == ("embedded", None)


def test_pg_variables_become_one_url(pg_variables, place, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "s3cr3t")
    with open_server() as opened:
        assert opened.source == "PG*"
        assert opened.version >= 150000
        assert "s3cr3t" not in opened.url
        for name in PG_VARIABLES:
            monkeypatch.delenv(name, raising=False)
        with connect(opened.url) as connection:
            assert connection.info.user == place["user"]


def test_service_file(tmp_path, monkeypatch, place):
    lines = [f"{keyword}={place[keyword]}" for keyword in ("host", "port", "user", "dbname") if keyword in place]
    (tmp_path / "services").write_text("\n".join(["[tickets]", *lines, ""]))
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    monkeypatch.setenv("PGSERVICE", "tickets")
    with open_server() as opened:
        assert opened.source == "PG*"
        assert conninfo_to_dict(opened.url)["host"] == place["host"]


def test_unknown_service_is_an_error(monkeypatch):
    monkeypatch.setenv("PGSERVICE", "no_such_service")
    with pytest.raises(BookingSimError, match=r"no_such_service"):
        open_server()


def test_embedded_when_nothing_is_named(server_home, monkeypatch):
    monkeypatch.setenv("BOOKING_SIM_HOME", str(server_home))
    monkeypatch.setenv("PGPASSWORD", "names no server")
    with open_server() as opened:
        assert (opened.source, opened.version // 10000) == ("embedded", 18)
        assert (opened.bin_dir / "psql").exists()
        assert str(server_home) in opened.url


def test_malformed_postgres_url_is_called_by_its_name(monkeypatch):
    monkeypatch.setenv("POSTGRES_URL", "postgresql://u:s3cr3t")
    with pytest.raises(BookingSimError, match=r"^POSTGRES_URL cannot be read: ") as caught:
        open_server()
    assert "s3cr3t" not in str(caught.value)


def test_server_shows_no_password(server):
    url = f"{server.url}&password=s3cr3t" if "://" in server.url else f"{server.url} password=s3cr3t"
    with open_server(url) as opened:
        assert opened.url == url
        assert "s3cr3t" not in repr(opened)
