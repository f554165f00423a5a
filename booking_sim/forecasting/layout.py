"""The arrays of the event loop: what it is given, its state, and the numbers of their columns."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

HELD, RETURNED, SOLD_OUT, CONFIRMED, EXPIRED, RELEASED = range(6)
"""What a call came to, as far as its latency differs: RETURNED is a hold of a ticket that was held before."""
CLASSES = 6
COLD = CLASSES
"""Added to a class: of the first such call of a connection."""
GAVE_UP, TIMED_OUT = 6, 7
"""The other ends of a call."""
ENDS = 8

PAYS, FAILS, LATE, NEVER = range(4)
"""What becomes of a payment, in the order of the cumulative shares."""
RESERVE, CONFIRM, RELEASE = range(3)

THINK, THINK_MOST, REFRESH, REFRESH_MOST, PATIENCE, PATIENCE_MOST = range(6)
"""Columns of `kind_spans`, each pair as `draws.length` takes it. Rings have the first of each, and THINK_MOST for
late payments."""
SESSIONS, REFRESHES, QUANTITY, QUANTITY_END = range(4)
"""Columns of `kind_numbers`."""

BUYER, SESSION, KIND, EVENT, CALL, ATTEMPT, LEFT, HOLD, STEP, AFTER, PAUSES, WHERE, WANTED, FIRST = range(14)
"""Columns of a buyer session: LEFT are the refreshes it may still make, PAUSES those it made; STEP counts its turns;
AFTER is who waits behind it; WHERE its connection while it is in flight, else -1; WANTED the tickets that it requests;
FIRST its first attempt."""
PLANNED, QUEUED, SENT, ANSWERED = range(4)

OPEN, PAID, GIVEN_BACK, OVERDUE, PAYING, GIVING_BACK, VOID = range(7)
"""States of a hold. OVERDUE: its tickets can be had, and perhaps nobody took them. VOID: the call was cancelled."""
HOLD_TICKETS, HOLD_QUANTITY, HOLD_STATE, HOLD_BUYER, HOLD_EVENT, HOLD_AGAIN = range(6)
CLAIMED, ENDED = range(2)

ROW_BUYER, ROW_KIND, ROW_ATTEMPT, ROW_CALL, ROW_EVENT, ROW_CONNECTION, ROW_END, ROW_HOLD = range(8)
ROW_SESSION, ROW_QUANTITY, ROW_REPEATS, ROW_IS_FIRST = range(8, 12)

DROPPED_BITS = 45
"""Of the 64 of a latency: what is left are its exponent and seven digits, 128 bins for each power of two. So a
percentile is right within 0.4 %."""
FIRST_BIN = (1023 - 24) << 7
"""The bin of 2**-24 s, 60 ns."""
LATENCY_BINS = 48 << 7

MOMENTS = 512
"""Bins of what happened over time; their width doubles when the time runs out of them."""
OVER_HELD, OVER_REFUSED, OVER_OTHER, OVER_PAID = range(4)

FIRST_REFUSAL, LAST_HELD, LAST_PAID, LAST_ANSWER, FIRST_SENT, UNPAID_TICKET_S, WAITED_S, WIDTH = range(8)
"""Of `moments`, in seconds; UNPAID_TICKET_S are ticket-seconds in holds that were not paid for, WAITED_S those that
calls waited for a connection, WIDTH that of the bins over time."""
ATTEMPTS, RETRIES, TICKETS_HELD, TICKETS_SOLD, REFUSED_EARLY, MOST_IN_FLIGHT = range(6)
"""Of `counts`; REFUSED_EARLY are final refusals before the last returned ticket was paid for."""


USED_SESSIONS, MADE, TAKEN, KEPT = 4, 10, 11, 14
"""Of `whole`: buyer sessions ever used, holds, tickets in them, attempts that are kept."""
ROOM = 1024
"""In arrays that grow, at first."""

BUCKETS = 1 << 14
TICK, NEAR, FAR, FREE, USED = range(5)
"""Of `timers`: the bucket whose turn it is; timers in order, and not yet; the first unused node; nodes ever used."""
SLOT, TURN, NEXT = range(3)
"""Of a node: the buyer session, which of its turns the timer belongs to, and the node behind it."""


class Given(NamedTuple):
    """What the loop is given. Times are seconds since the start."""

    run_key: int
    """Of the draws of the buyers."""
    server_key: int
    """Of the draws of the server."""
    planned: Floats
    """When each buyer comes; nothing in a closed loop."""
    admitted: Floats
    """When each may call: the same, or later where there is a waiting room."""
    buyers: int
    is_closed: bool
    duration: float
    """Closed loop: when the last buyer may come."""
    connections: int
    events: int
    tickets: int
    hold: float
    event_shares: Floats
    kind_shares: Floats
    kind_numbers: Integers
    kind_spans: Floats
    payments: Floats
    """Four cumulative shares for each kind."""
    quantities: Integers
    quantity_shares: Floats
    rings: Integers
    """Which ring a length of time of a kind has; -1: it is drawn, and goes into a bucket."""
    ring_count: int
    bucket_width: float
    slowdown: Floats
    """How long a unit of work takes, by calls in flight."""
    level_of: Integers
    """Which level of the samples stands for so many calls in flight."""
    work: Floats
    """Samples of work, those of one class and level in the order in which they were measured."""
    work_at: Integers
    """Where those of a class and level begin, and end."""
    block: int
    """So many samples that follow each other are drawn together."""
    dispatch_s: float
    """The least time between two calls that the generator sends; 0: none."""
    most_tickets: int
    """The greatest quantity that a buyer may ask for."""
    payments_first: bool
    """Whether payments are sent before the requests of those who wait for a connection."""
    is_kept: bool
    """Whether every attempt is kept."""


class State(NamedTuple):
    """Where the loop is, and what it has counted so far."""

    whole: Integers
    """Local variables of the loop between two parts of it, as the next."""
    real: Floats

    ends: Integers
    """Attempts by what they came to: the classes, GAVE_UP, TIMED_OUT."""
    last_words: Integers
    """Buyers by the end of their last attempt to reserve; a hold of a returned ticket is HELD."""
    counts: Integers
    moments: Floats
    database: Integers
    """A histogram of the time from sending a call to its answer."""
    scheduled: Integers
    """The same from the planned instant."""
    held_by_kind: Integers
    """Tickets in all holds, by the kind of their buyers."""
    over_time: Integers
    """Answers, and tickets paid for, in MOMENTS bins of `moments[WIDTH]` seconds."""

    attempts_of: Small
    """Where a buyer may have several sessions: its attempts, and three on its last word and its calls; else nothing."""
    word_attempt: Small
    word_of: npt.NDArray[np.int8]
    calls_of: npt.NDArray[np.int8]

    idle: Integers
    """Connections without a call, the longest idle one first."""
    heap: Integers
    """Connections with a call, by the work at which it ends."""
    place: Integers
    ends_at: Floats
    session_of: Integers
    class_of: Integers
    is_first: npt.NDArray[np.bool_]
    """Whether the call in flight is the first of its class there."""
    is_warm: npt.NDArray[np.bool_]
    block_at: Integers
    """By class and level: the next sample of the block, and how many are left of it."""
    block_left: Integers

    nodes: Small
    """Timers; see `queues`."""
    due: Floats
    near: Small
    rings: Small
    buckets: Small
    timers: Integers

    free: Small
    """The tickets of each event that can be had, in a ring."""
    free_at: Integers
    """Of each event: the first of them, and how many they are."""
    last_hold: Small
    """The last hold of each ticket."""

    times: Floats
    """Buyer sessions that have made a call: PLANNED, QUEUED and SENT of their call."""
    sessions: Small
    hold_times: Floats
    holds: Small
    taken: Small
    """The tickets of all holds, behind each other."""
    row_times: Floats
    """Of each attempt that is kept: PLANNED, QUEUED, SENT (nan: it never was), ANSWERED."""
    rows: Small

    def with_room(self) -> "State":
        """The same, with twice the room in each array that is full."""
        full = {
            *(("times", "sessions") if self.whole[USED_SESSIONS] == len(self.times) else ()),
            *(("holds", "hold_times") if self.whole[MADE] == len(self.holds) else ()),
            *(("nodes", "due", "near") if self.timers[USED] + 2 > len(self.due) else ()),
            *(("rows", "row_times") if self.whole[KEPT] == len(self.rows) else ()),
        }
        return self._replace(**{name: _twice(getattr(self, name)) for name in full or {"taken"}})  # type: ignore[arg-type]


def _twice(array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    more = np.zeros((2 * array.shape[0], *array.shape[1:]), array.dtype)
    more[: len(array)] = array
    return more


def begin(given: Given) -> State:
    """The state before the first buyer comes."""
    connections, seats = given.connections, given.events * given.tickets
    shared = given.buyers if given.kind_numbers[:, SESSIONS].max() > 1 else 0
    room = ROOM if given.most_tickets < ROOM else 2 * given.most_tickets
    whole, real = np.zeros(22, np.int64), np.zeros(6)
    whole[[1, 5, 6, 7, 8, 9, 20, 21]] = connections, -1, -1, -1, -1, 1, -1, -1
    real[3] = np.inf
    moments = np.full(8, np.nan)
    moments[[UNPAID_TICKET_S, WAITED_S, WIDTH]] = 0, 0, 1 / 1024
    return State(
        whole=whole,
        real=real,
        ends=np.zeros(ENDS, np.int64),
        last_words=np.zeros(ENDS, np.int64),
        counts=np.zeros(6, np.int64),
        moments=moments,
        database=np.zeros(LATENCY_BINS, np.int64),
        scheduled=np.zeros(LATENCY_BINS, np.int64),
        held_by_kind=np.zeros(len(given.kind_numbers), np.int64),
        over_time=np.zeros((MOMENTS, 4), np.int64),
        attempts_of=np.zeros(shared, np.int32),
        word_attempt=np.zeros(shared, np.int32),
        word_of=np.full(shared, -1, np.int8),
        calls_of=np.zeros(shared, np.int8),
        idle=np.arange(connections),
        heap=np.zeros(connections, np.int64),
        place=np.zeros(connections, np.int64),
        ends_at=np.zeros(connections),
        session_of=np.zeros(connections, np.int64),
        class_of=np.zeros(connections, np.int64),
        is_first=np.zeros(connections, np.bool_),
        is_warm=np.zeros((connections, CLASSES), np.bool_),
        block_at=np.zeros(given.work_at.shape[:2], np.int64),
        block_left=np.zeros(given.work_at.shape[:2], np.int64),
        nodes=np.zeros((ROOM, 3), np.int32),
        due=np.zeros(ROOM),
        near=np.zeros(ROOM, np.int32),
        rings=np.full((given.ring_count, 2), -1, np.int32),
        buckets=np.full(BUCKETS, -1, np.int32),
        timers=np.array([-1, 0, 0, -1, 0]),
        free=np.tile(np.arange(given.tickets, dtype=np.int32), given.events),
        free_at=np.tile(np.array([0, given.tickets]), (given.events, 1)),
        last_hold=np.full(seats, -1, np.int32),
        times=np.zeros((ROOM, 3)),
        sessions=np.zeros((ROOM, 14), np.int32),
        hold_times=np.zeros((ROOM, 2)),
        holds=np.zeros((ROOM, 6), np.int32),
        taken=np.zeros(room, np.int32),
        row_times=np.zeros((ROOM, 4)),
        rows=np.zeros((ROOM, 12), np.int32),
    )
