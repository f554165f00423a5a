"""The ordered files of sql/migrations: which there are, and how they compare with what a database has had."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import LiteralString

from booking_sim.errors import SchemaError
from booking_sim.resources import SQL

FOLDER = SQL / "migrations"

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


@dataclass(frozen=True, slots=True)
class Applied:
    """A row of the ledger: one file, as a database has had it."""

    number: int
    name: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of sql/migrations, as it is now."""

    number: int
    name: str
    text: LiteralString

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, the same whatever the line ends of the checkout."""
        return sha256(self.text.encode()).hexdigest()

    def line(self, position: int) -> int:
        """The line, from 1, that holds the character at a position, also from 1, as the server counts them."""
        return self.text.count("\n", 0, position - 1) + 1


def read() -> list[Migration]:
    """Read all migrations, in order.

    Raises:
        BookingSimError: a file is not named NNNN_name.sql, or their numbers do not run from 0000 without a gap.
    """
    migrations = []
    for number, path in enumerate(sorted(FOLDER.glob("*.sql"))):
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise SchemaError(f"{path.name} is not the name of a migration: rename it to NNNN_what_it_does.sql.")
        if int(match[1]) != number:
            raise SchemaError(f"{path.name} stands where {number:04} should: number the files without a gap.")
        migrations.append(Migration(number, path.name, path.read_text(encoding="utf-8")))
    return migrations


def outstanding(migrations: Sequence[Migration], ledger: Sequence[Applied]) -> list[Migration]:
    """Return the migrations that a database has not had yet.

    Args:
        migrations: the files, in order.
        ledger: what the database has had, in order.

    Raises:
        BookingSimError: the ledger is not a beginning of the files: it has a gap, a file that this version does
            not know, or one that reads otherwise now.
    """
    for number, row in enumerate(ledger):
        if row.number != number:
            raise SchemaError(
                f"The ledger has {row.name} but not number {number:04} before it: "
                "restore its row in booking_sim.migrations, or use another database."
            )
        if number >= len(migrations):
            raise SchemaError(
                f"{row.name} was applied by a newer booking_sim than this one, which ends at {number - 1:04}: "
                "upgrade booking_sim, or use another database."
            )
        if (row.name, row.checksum) != (migrations[number].name, migrations[number].checksum):
            raise SchemaError(
                f"{migrations[number].name} is not what was applied as {row.name}: put the file back and write the "
                "change as a new one, or use another database."
            )
    return list(migrations[len(ledger) :])
