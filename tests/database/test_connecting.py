"""Connections, and what is said when there is none to be had."""

import secrets
import socket
import struct
import threading
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from booking_sim.database import connect, open_server
from booking_sim.database.embedded import Cluster
from booking_sim.database.explaining import address
from booking_sim.errors import BookingSimError


@pytest.fixture
def role(server):
    """A role of the test's own that may log in, with room for one connection."""
    name = f"guest_{secrets.token_hex(4)}"
    server.admin.execute(f"create role {name} login connection limit 1")
    yield name
    server.admin.execute(f"drop role {name}")


@pytest.mark.parametrize(
    "url", ["postgresql://u@127.0.0.1:1/db", "host=/no/such/folder", "postgresql://no.such.invalid/"]
)
def test_no_server_there(url):
    with pytest.raises(
        BookingSimError, match=r"No PostgreSQL answers at (127.0.0.1:1|/no/such/folder|no.such.invalid)\."
    ):
        connect(url)


def test_database_does_not_exist(server):
    with pytest.raises(BookingSimError, match=r'has no database "nowhere"'):
        connect(make_conninfo(server.url, dbname="nowhere"))


def test_role_does_not_exist_or_may_not_log_in(server):
    for user in ("nobody_at_all", "pg_monitor"):
        with pytest.raises(BookingSimError, match=rf'does not let user "{user}" into database "postgres"'):
            connect(make_conninfo(server.url, user=user, dbname="postgres"))


def test_no_permission_to_connect(server, role, empty_database):
    name = psycopg.conninfo.conninfo_to_dict(empty_database)["dbname"]
    server.admin.execute(f"revoke connect on database {name} from public")
    with pytest.raises(BookingSimError, match=rf'does not let user "{role}" into database'):
        connect(make_conninfo(empty_database, user=role))


def test_too_many_connections(server, role):
    url = make_conninfo(server.url, user=role)
    with connect(url), pytest.raises(BookingSimError, match=r"has no connection left. Request fewer"):
        connect(url)


def test_wrong_password_is_refused_at_once_and_not_shown(server_home):
    with Cluster(server_home) as cluster, connect(cluster.url) as admin:
        admin.execute("create role guest login password 'right'")
        hba = cluster.data / "pg_hba.conf"
        hba.write_text(f"local all guest scram-sha-256\n{hba.read_text()}")
        admin.execute("select pg_reload_conf()")
        guest = make_conninfo(cluster.url, user="guest")
        connect(make_conninfo(guest, password="right")).close()
        for url in (guest, make_conninfo(guest, password="wr0ng")):
            with pytest.raises(BookingSimError, match='refused the password of user "guest"') as caught:
                connect(url)
            assert "wr0ng" not in str(caught.value)


def test_autocommit_and_name_and_further_options(server):
    with connect(server.url, application_name="a test", prepare_threshold=0) as connection:
        assert connection.autocommit
        assert connection.prepare_threshold == 0
        assert connection.execute("show application_name").fetchone() == ("a test",)
    with connect(server.url, autocommit=False) as connection:
        assert not connection.autocommit


def test_server_older_than_15_is_refused():
    with speaking_as("14.9") as url, pytest.raises(BookingSimError, match=r"is PostgreSQL 14; .* needs 15 or newer"):
        open_server(url)


def test_address_is_host_and_port():
    assert address("postgresql://u:p@h:5433/db") == "h:5433"
    assert address("host=/tmp port=5433") == "/tmp"
    assert address("") == "the default socket"


@contextmanager
def speaking_as(version):
    """A port where somebody speaks PostgreSQL's protocol just long enough to say how old it is."""

    def message(kind, body):
        return kind + struct.pack("!i", len(body) + 4) + body

    def answer():
        client, _ = listener.accept()
        with client:
            client.recv(1024)
            hello = message(b"R", struct.pack("!i", 0))
            hello += message(b"S", f"server_version\0{version}\0".encode()) + message(b"S", b"client_encoding\0UTF8\0")
            client.sendall(hello + message(b"Z", b"I"))
            client.recv(1024)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"postgresql://u@127.0.0.1:{listener.getsockname()[1]}/db?sslmode=disable&gssencmode=disable"
        thread.join()
