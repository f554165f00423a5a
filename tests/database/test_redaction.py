"""No password is shown, however badly the URL is written."""

import traceback

import psycopg
import pytest

from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.redaction import KEYWORDS, redact

SECRET = "s3cr3t"

READABLE = [
    "postgresql://u:{}@127.0.0.1:1/db",
    "postgresql://u:{}%40%2F@127.0.0.1:1/db",
    "postgresql://:{}@127.0.0.1:1/db",
    "postgresql://u:a:{}@127.0.0.1:1/db",
    "postgresql://u:a\n{}@127.0.0.1:1/db",
    "postgresql://u:{}@[::1]:1/db",
    "postgresql://u:{}@127.0.0.1:1,localhost:1/db",
    "postgresql://127.0.0.1:1/db?user=u&password={}",
    "postgresql://127.0.0.1:1/db?user=u&p%61ssword={}",
    "postgresql://u:{}@/db?host=/no/such/folder",
    "host=127.0.0.1 port=1 password={}",
    "host=127.0.0.1 port=1 password='{} x' user=u",
    "host=127.0.0.1 port=1 password='a \\'{}' user=u",
    "host=127.0.0.1 port=1 password=a&b={}",
    "host=localhost,password={}",
]

MALFORMED = [
    "postgresql://u:a@{}@h/db",
    "postgresql://u:a/{}@h/db",
    "postgresql://u:12/{}@h/db",
    "postgresql://u:a?{}@h/db",
    "postgresql://u:1?{}=1@h/db",
    "postgresql://u:a#{}@h/db",
    "postgresql://u:a {}@h/db",
    "postgresql://u:a//{}@h/db",
    "postgresql://u:%zz{}@h/db",
    "postgresql://u:{}%00@h/db",
    "postgresql://u:[{}@h/db",
    "postgresql://u[x:{}@h/db",
    "postgresql://u:{}@[::1/db",
    "postgresql://u:{}@h:port/db",
    "postgresql://u@corp:{}@h/db",
    "postgresql://u:{}",
    "postgresql://u:{}/db",
    "postgres//u:{}@h/db",
    "postgres:/u:{}@h/db",
    "postgresql:u:{}@h/db",
    "http://u:{}@h/db",
    "//u:{}@h",
    "u:{}@h/db",
    "postgresql:///db?passwrd={}",
    "postgresql:///db?pasword={}&sslmode=disable",
    "host=h password='{}",
    "host=h password='a'{} user=u",
    "host=h password=a {} user=u",
    "PASSWORD={}",
    "PGPASSWORD={} psql",
]


@pytest.mark.parametrize("url", READABLE + MALFORMED)
def test_text_with_a_url_loses_its_password(url):
    assert SECRET not in redact(f"cannot use {url.format(SECRET)}, sorry")


@pytest.mark.parametrize("text", ["{{'user': 'u', 'password': '{}'}}", '{{"password": "{}", "user": "u"}}'])
def test_dictionary_loses_its_password(text):
    assert SECRET not in redact(text.format(SECRET))
    assert "user" in redact(text.format(SECRET))


@pytest.mark.parametrize(
    "text",
    [
        'FATAL: password authentication failed for user "u"',
        "postgresql://h:5432/db",
        "postgresql://u@[::1]:5432/db",
        "postgresql:///postgres?host=/tmp/a:b/socket&port=5432&user=postgres",
        "host=/tmp port=5432 user=u",
        "see https://example.org/a: it helps",
    ],
)
def test_text_without_password_stays(text):
    assert redact(text) == text


def test_the_rest_of_a_url_stays():
    assert redact("postgresql://u:p@h:5432/db?sslmode=require") == "postgresql://u:***@h:5432/db?sslmode=require"
    assert redact("host=h password=p user=u") == "host=h password=*** user=u"


@pytest.mark.parametrize("url", READABLE + MALFORMED)
def test_failing_to_connect_never_shows_the_password(url):
    with pytest.raises(BookingSimError) as caught:
        connect(url.format(SECRET))
    # All that a traceback would print, causes and contexts included.
    assert SECRET not in "".join(traceback.format_exception(caught.value)).replace(url.format(SECRET), "")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", MALFORMED)
def test_malformed_url_is_told_how_it_should_look(url):
    with pytest.raises(BookingSimError, match=r"cannot be read: .*postgresql://user:password@host:5432/database"):
        connect(url.format(SECRET))


def test_connection_and_server_show_no_password(server):
    url = f"{server.url}&password={SECRET}" if "?" in server.url else f"{server.url} password={SECRET}"
    with connect(url) as connection:
        assert SECRET not in repr(connection)
        assert SECRET not in connection.info.dsn


def test_every_keyword_of_libpq_is_known():
    assert {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()} <= set(KEYWORDS)
