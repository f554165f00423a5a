"""Keep passwords out of everything that is shown: libpq repeats a malformed URL in its message, password and all."""

import re

MASK = "***"

KEYWORDS = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "options",
    "passfile",
    "password",
    "port",
    "replication",
    "require_auth",
    "requirepeer",
    "scram_client_key",
    "scram_server_key",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
]
"""The keywords of libpq: a password without quotes ends before the next of them."""

# Each pattern masks too much rather than too little: a password may hold any character, also in the wrong place.
_PATTERNS = (
    re.compile(r"(//[^:]*:).*(?=@)", re.DOTALL),  # //user:password@, to the last @: the password may hold one too
    re.compile(r"([^\s:/@]+:)(?!//)\S*(?=@)"),  # the same without //
    re.compile(r"(//[^:@/?#\s\[]*:)(?!\d*(?:[/?#,\s'\"]|$))[^@\s]+(?=\s|$)"),  # //user:password, the host forgotten
    re.compile(r"([?&][^=&\s]*%[^=&\s]*=)\S*"),  # ?p%61ssword=
    re.compile(  # password=, PGPASSWORD=, pasword=, "password":
        r"(\w*(?:pas|pwd)\w*(?:['\"]\s*:|\s*=)\s*)"
        rf"(?:'(?:\\.|[^'\\])*(?:'|$)[^\s,}}]*|\"(?:\\.|[^\"\\])*(?:\"|$)|.*?(?=\s+(?:{'|'.join(KEYWORDS)})\s*=|$))",
        re.IGNORECASE | re.DOTALL,
    ),
)


def redact(text: str) -> str:
    """Mask the passwords in a text.

    Args:
        text: Anything that may hold a connection URL or key=value string, well-formed or not.

    Returns:
        The text with every password replaced by ``***``. Where a URL is malformed, what stands near the password goes
        with it.
    """
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text
