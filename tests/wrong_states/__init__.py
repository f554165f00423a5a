"""Wrong changes that the owner of the tables can make by hand, and what refuses or detects each.

docs/wrong-states.md is made of this list.
"""

from wrong_states.change import WrongState
from wrong_states.changed_intents import CHANGED_INTENTS
from wrong_states.events import EVENTS
from wrong_states.inserted_intents import INSERTED_INTENTS
from wrong_states.notes import CLAIMED_BLOCKS, STOCK_CHECKS, TICKET_RETURNS
from wrong_states.populate import BLINK, populate
from wrong_states.request_keys import REQUEST_KEYS
from wrong_states.tickets import TICKETS

__all__ = ["BLINK", "WRONG_STATES", "WrongState", "populate"]

WRONG_STATES = {
    "events": EVENTS,
    "tickets": TICKETS,
    "booking_intents": INSERTED_INTENTS + CHANGED_INTENTS,
    "request_keys": REQUEST_KEYS,
    "claimed_blocks": CLAIMED_BLOCKS,
    "ticket_returns": TICKET_RETURNS,
    "stock_checks": STOCK_CHECKS,
}
