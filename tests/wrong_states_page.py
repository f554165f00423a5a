"""docs/wrong-states.md, made of the list in wrong_states/; `uv run python tests/wrong_states_page.py` writes it."""

from pathlib import Path

from wrong_states import WRONG_STATES

PAGE = Path(__file__).parents[1] / "docs" / "wrong-states.md"

TEXT = """# Wrong states: what prevents or detects each

This page is made from `tests/wrong_states/` by `uv run python tests/wrong_states_page.py`. `tests/test_wrong_states.py`
makes each of these {number} changes, and checks that the named means refuses it, or that the named rules detect it.
Only what is in this table is promised.

**An application cannot make any of them.** A role that got `booking-sim db grant ROLE` may execute five functions and
nothing else. PostgreSQL refuses every read and write of a table by this role (SQLSTATE 42501). With `--audit` a role
can read the tables too. This page is about what the owner of the tables can do by hand: INSERT, UPDATE, DELETE and
TRUNCATE.

**Not on this page**: DDL, disabled triggers, `session_replication_role`, and complete bookings made by hand that the
functions could have made too. Sequences only say where a search begins, and only the latest row of an event in
`stock_checks` is read.

- *Prevented by*: a trigger of `sql/migrations/0002_constraints.sql` (SQLSTATE BK010), a primary key, NOT NULL, an
  identity column, or the type of a column.
- *Detected by*: rules of `booking-sim audit`. Where a trigger is named too, these rules detect the change if the
  trigger is disabled.

No trigger checks rows that are inserted, since that would cost time in each reservation: the audit detects them.
{tables}"""

HEAD = """
## {table}

| wrong state | prevented by | detected by |
|---|---|---|
"""


def page():
    """The page as it should be."""
    tables = "".join(
        HEAD.format(table=table) + "".join(f"| {' | '.join(cells(state))} |\n" for state in states)
        for table, states in WRONG_STATES.items()
    )
    return TEXT.format(number=sum(map(len, WRONG_STATES.values())), tables=tables)


def cells(state):
    kinds = {"not null": "NOT NULL", "type": "its type", "identity": "identity column"}
    by = state.prevented_by
    prevented = "" if by is None else kinds.get(by) or f"{'primary key' if by.endswith('_pkey') else 'trigger'} `{by}`"
    return state.change, prevented, ", ".join(f"`{rule}`" for rule in state.detected_by)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
