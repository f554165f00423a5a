"""The contract as a program, to test the checker with: it answers the calls of made-up buyers, and makes faults.

It gives the history of a system that is right, whatever went wrong on the way: attempts as workers record them, and
the holds in the tables at the end. Many small events share one clock, so that one check judges many histories.
"""

import heapq
from dataclasses import dataclass, field
from itertools import count
from math import inf
from random import Random

from booking_sim.records.attempts import Call, Phase

END = 30.0
"""When all is over and the tables are read, in seconds."""


@dataclass(frozen=True)
class Faults:
    """What can go wrong, as the chance of each at a call; and what kind of buyers they are."""

    lost: float = 0.0  # the answer is lost; the call is done, sooner or later, or not
    timed_out: float = 0.0  # cancelled and rolled back
    killed: bool = False  # one worker of two is killed: what it did last is not recorded
    hold_s: float = 5.0  # short: many holds expire
    late: float = 0.0  # payments at about the deadline
    repeats: float = 0.0  # a request that was answered is sent again with its key
    sessions: int = 1  # of one buyer at a time
    most: int = 1  # tickets of a request
    slow: float = 0.0  # a transaction stays open for long, and others meet its locks
    drift: float = 0.0  # of the database's clock, as a rate
    step: float = 0.0  # by which the database's clock is set in the middle of the run


@dataclass
class Row:
    """A hold, from the instant at which it was written: in the tables once it is committed."""

    intent_id: int
    event: int
    buyer: int
    session: int
    quantity: int
    ticket_nos: tuple[int, ...]
    held_at: float
    deadline: float
    end: str = "open"
    ended_at: float | None = None
    locked: bool = True  # by a transaction that is open
    committed: bool = False


@dataclass
class Attempt:
    """One call as its client records it."""

    buyer: int
    session: int
    event: int
    call: Call
    quantity: int
    sent: float
    answered: float = inf
    outcome: str = ""
    row: Row | None = None
    intent_id: int | None = None
    phase: Phase | None = None
    recorded: bool = True


@dataclass
class Model:
    """Some events on sale, and what happens to them."""

    seed: int
    faults: Faults = field(default_factory=Faults)
    events: int = 50
    rows: list[Row] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    def __post_init__(self):
        self.random = Random(self.seed)
        self.capacity = self.random.randint(max(2, self.faults.most), 6)
        self.offset = self.random.uniform(-100, 100)
        self.killed_at = self.random.uniform(1, 10) if self.faults.killed else inf
        self.by_event = {event: [] for event in range(1, self.events + 1)}
        self.by_key = {}
        self._agenda, self._order = [], count()
        self._ids = count(1)
        buyers = count()
        for event in self.by_event:
            for _ in range(self.random.randint(3, 14)):
                buyer, begins = next(buyers), self.random.uniform(0, 10)
                for session in range(self.random.randint(1, self.faults.sessions)):
                    self._play(self._life(buyer, session, event), begins)

    def run(self):
        """Let it all happen."""
        while self._agenda:
            now, _, do, arguments = heapq.heappop(self._agenda)
            do(now, *arguments)
        return self

    def clock(self, now):
        """What the database's clock shows, in whole microseconds."""
        stepped = self.faults.step if now > END / 4 else 0.0
        return round(now * (1 + self.faults.drift) + self.offset + stepped, 6)

    def chance(self, of):
        return self.random.random() < of

    def _at(self, when, do, *arguments):
        heapq.heappush(self._agenda, (when, next(self._order), do, arguments))

    def _play(self, life, now, answer=None):
        """Let a session go on: it yields how long it pauses, or an attempt that it sends."""
        if (now > self.killed_at and life.gi_frame.f_locals["buyer"] % 2) or now > END - 5:
            return
        try:
            step = life.send(answer)
        except StopIteration:
            return
        if isinstance(step, float):
            self._at(now + step, lambda at: self._play(life, at))
        else:
            step.sent = now
            step.recorded = not (now > self.killed_at - 0.3 and step.buyer % 2)
            self.attempts.append(step)
            self._send(step, life, now)

    def _life(self, buyer, session, event):
        random, faults = self.random, self.faults
        quantity = random.randint(1, faults.most)
        for _ in range(random.randint(1, 8)):
            attempt = yield Attempt(buyer, session, event, Call.RESERVE, quantity, 0.0)
            if attempt.outcome == "held":
                break
            yield random.uniform(0.0, 1.5)
        if attempt.outcome != "held":
            return
        if self.chance(faults.repeats):
            yield random.uniform(0.0, 1.0)
            attempt = yield Attempt(buyer, session, event, Call.RESERVE, quantity, 0.0)
            if attempt.outcome != "held":
                return
        row = attempt.row
        if self.chance(faults.late):
            yield max(0.0, faults.hold_s + random.uniform(-0.1, 0.05))
        else:
            yield random.uniform(0.0, 1.5)
        for call in random.choice(([], [Call.CONFIRM], [Call.RELEASE], [Call.CONFIRM], [Call.RELEASE, Call.CONFIRM])):
            for _ in range(random.randint(1, 3)):
                attempt = yield Attempt(buyer, session, event, call, quantity, 0.0, intent_id=row.intent_id)
                if attempt.outcome not in ("unknown", "timed_out") and not self.chance(faults.repeats):
                    break
                yield random.uniform(0.0, 0.3)

    def _send(self, attempt, life, now):
        """The call reaches the database; some time later the buyer knows what came of it, or that nobody knows."""
        begins = now + self.random.expovariate(200)
        if self.chance(self.faults.timed_out):
            self._at(begins, self._begin, attempt, life, "rolled back")
        elif self.chance(self.faults.lost):
            knows = now + self.random.uniform(0.0, 0.1)
            attempt.outcome, attempt.answered, attempt.phase = "unknown", knows, Phase.CALL_SENT
            self._at(knows, lambda at: self._play(life, at, attempt))
            if self.chance(0.7):
                begins += self.random.choice([0.0, self.random.uniform(0.0, 1.0)])
                self._at(begins, self._begin, attempt, None, self.random.choice(["done", "done", "rolled back"]))
        else:
            self._at(begins, self._begin, attempt, life, "done")

    def _begin(self, now, attempt, life, fate, tries=0):
        """The call has its turn in the database: it decides, keeps its locks for a while, and ends."""
        blocked = self._blocking(attempt)
        if blocked and (tries < 20 or attempt.call is not Call.RESERVE):
            self._at(now + self.random.uniform(0.001, 0.01), self._begin, attempt, life, fate, tries + 1)
            return
        outcome, change = ("contended", None) if blocked else self._decide(attempt, now)
        row = change[0] if change else None
        ends = now + self.random.expovariate(300)
        if change:
            row.locked = True
            if self.chance(self.faults.slow):
                ends += self.random.uniform(0.1, 0.5)
        self._at(ends, self._end, attempt, life, fate, outcome, change)

    def _blocking(self, attempt):
        """Whether the call waits for a transaction: of its own hold, or of its own request."""
        if attempt.call is not Call.RESERVE:
            return any(row.locked for row in self.by_event[attempt.event] if row.intent_id == attempt.intent_id)
        key = attempt.event, attempt.buyer, attempt.session
        return key in self.by_key and self.by_key[key].locked

    def _decide(self, attempt, now):
        """What is answered, and what is changed when it is committed."""
        clock = self.clock(now)
        if attempt.call is not Call.RESERVE:
            return self._decide_end(attempt, clock)
        key = attempt.event, attempt.buyer, attempt.session
        if key in self.by_key:
            attempt.row = self.by_key[key]
            return "held", None
        rows = self.by_event[attempt.event]
        live = [row for row in rows if row.committed and self._is_live(row, clock)]
        taken = {number for row in live for number in row.ticket_nos}
        locked = {number for row in rows if row.locked for number in row.ticket_nos}
        free = [number for number in range(1, self.capacity + 1) if number not in taken | locked]
        if len(free) < attempt.quantity:
            return ("sold_out" if self.capacity - len(taken) < attempt.quantity else "contended"), None
        numbers = tuple(sorted(self.random.sample(free, attempt.quantity)))
        deadline = round(clock + self.faults.hold_s, 6)
        row = Row(next(self._ids), *key, attempt.quantity, numbers, clock, deadline)
        for other in rows:
            if other.end == "open" and other.committed and not other.locked and set(other.ticket_nos) & set(numbers):
                other.end, other.ended_at = "expired", max(clock, other.deadline)
        rows.append(row)
        self.rows.append(row)
        self.by_key[key] = row
        return "held", (row, None)

    def _is_live(self, row, clock):
        return row.end == "confirmed" or (row.end == "open" and row.deadline > clock)

    def _decide_end(self, attempt, clock):
        row = next((row for row in self.by_event[attempt.event] if row.intent_id == attempt.intent_id), None)
        word = {Call.CONFIRM: "confirmed", Call.RELEASE: "released"}[attempt.call]
        if row is None:
            return "not_found", None
        if row.end != "open":
            return (f"already_{word}" if row.end == word else row.end), None
        if clock >= row.deadline:
            return "expired", None
        return word, (row, (word, max(clock, row.held_at)))

    def _end(self, now, attempt, life, fate, outcome, change):
        if change:
            row, end = change
            row.locked = False
            if fate == "done":
                row.committed = True
                if end:
                    row.end, row.ended_at = end
            elif end is None:
                self.by_event[row.event].remove(row)
                self.rows.remove(row)
                del self.by_key[row.event, row.buyer, row.session]
        if life is None:
            return
        if fate == "done":
            attempt.outcome = outcome
            if outcome == "held":
                attempt.row = attempt.row or change[0]
                attempt.intent_id = attempt.row.intent_id
        else:
            attempt.outcome, attempt.phase = "timed_out", Phase.ANSWERED
        answered = now + self.random.expovariate(300)
        attempt.answered = answered
        self._at(answered, lambda at: self._play(life, at, attempt))
