"""The event loop: buyers, connections, the database's latency, and the inventory, from the first call to the last.

What a call needs is drawn as work. All calls in flight advance at one speed, which depends on how many there are: while
that number stays the same, a call takes what was measured at it (processor sharing with a load-dependent rate). What
comes of a call is decided when it is sent, and holds when it is answered; a call that is cancelled changes nothing.
"""

import math
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import numpy as np

from booking_sim.forecasting import layout, queues
from booking_sim.forecasting.compiling import compiled, compiled_and_kept, unsigned
from booking_sim.forecasting.layout import *
from booking_sim.forecasting.queues import *
from booking_sim.scenario import draws

_mix = compiled(draws.mix)
_step = compiled(draws.step)
_place = compiled(draws.place)
_from_bits = compiled(draws.unit)
_choose = compiled(draws.choose)
_length = compiled(draws.length)

_KIND, _EVENT, _QUANTITY = int(draws.Purpose.KIND), int(draws.Purpose.EVENT), int(draws.Purpose.QUANTITY)
_PAYMENT, _THINK, _REFRESH = int(draws.Purpose.PAYMENT), int(draws.Purpose.THINK), int(draws.Purpose.REFRESH)
_PATIENCE = 255
"""No scenario draws patience; checks against theory do."""


@compiled
def _unit(key, session, purpose, count):
    return _from_bits(_mix(_step(key, unsigned(_place(int(session), purpose, int(count))))))


@compiled
def _key(run_key, buyer):
    return _mix(_step(run_key, unsigned(buyer)))


@compiled
def _give_back(free, free_at, tickets, hold, holds, taken):
    """Put the tickets of a hold behind those that can be had."""
    event, first = holds[hold, HOLD_EVENT], holds[hold, HOLD_TICKETS]
    for at in range(first, first + holds[hold, HOLD_QUANTITY]):
        free[event * tickets + (free_at[event, 0] + free_at[event, 1]) % tickets] = taken[at]
        free_at[event, 1] += 1


@compiled
def _expire(now, length, next_due, made, free, free_at, tickets, holds, hold_times, taken, moments):
    """Let the tickets be had of holds whose deadline has come, oldest first; returns the first that is not due."""
    while next_due < made and hold_times[next_due, CLAIMED] + length <= now:
        if holds[next_due, HOLD_STATE] == OPEN:
            holds[next_due, HOLD_STATE] = OVERDUE
            moments[UNPAID_TICKET_S] += length * holds[next_due, HOLD_QUANTITY]
            _give_back(free, free_at, tickets, next_due, holds, taken)
        next_due += 1
    return next_due


@compiled
def _count_over_time(over_time, moments, now, column, how_many):
    at = int(now / moments[WIDTH])
    while at >= MOMENTS:
        for bin_ in range(MOMENTS // 2):
            for each in range(over_time.shape[1]):
                over_time[bin_, each] = over_time[2 * bin_, each] + over_time[2 * bin_ + 1, each]
        over_time[MOMENTS // 2 :] = 0
        moments[WIDTH] *= 2
        at = int(now / moments[WIDTH])
    over_time[at, column] += how_many


@compiled
def _bin(seconds, scratch, scratch_bits):
    """The bin of a latency: exponent and leading digits of the number, as it is stored."""
    scratch[0] = seconds
    return min(max((scratch_bits[0] >> DROPPED_BITS) - FIRST_BIN, 0), LATENCY_BINS - 1)


@compiled
def _advance(given, state, digest):  # noqa: ARG001  it makes the compiled copy that of this source
    """Run a scenario on until all is over, or until an array is full; returns whether it is over.

    No array is assigned anew here: compiled code would count its references at every turn.
    """
    connections, tickets, inf = given.connections, given.tickets, np.inf
    ends, last_words, counts, moments = state.ends, state.last_words, state.counts, state.moments
    database, scheduled, over_time = state.database, state.scheduled, state.over_time
    held_by_kind = state.held_by_kind
    attempts_of, word_attempt = state.attempts_of, state.word_attempt
    word_of, calls_of, shared = state.word_of, state.calls_of, len(state.word_of)
    idle, heap, place, ends_at = state.idle, state.heap, state.place, state.ends_at
    session_of, class_of, is_first, is_warm = state.session_of, state.class_of, state.is_first, state.is_warm
    block_at, block_left = state.block_at, state.block_left
    times, sessions = state.times, state.sessions
    nodes, due, near, rings, buckets, timers = (
        state.nodes,
        state.due,
        state.near,
        state.rings,
        state.buckets,
        state.timers,
    )
    free, free_at, last_hold = state.free, state.free_at, state.last_hold
    holds, hold_times, taken = state.holds, state.hold_times, state.taken
    row_times, rows = state.row_times, state.rows
    scratch = np.zeros(1)
    scratch_bits = scratch.view(np.int64)
    whole, real = state.whole, state.real
    idle_first, idle_count, in_flight, blocks = whole[0], whole[1], whole[2], whole[3]
    used, unused, queue_first, queue_last = whole[4], whole[5], whole[6], whole[7]
    timer_of, is_looked_up = whole[8], whole[9] == 1
    made, taken_count, next_due, refused, kept = whole[10], whole[11], whole[12], whole[13], whole[14]
    comer, left_to_come, buyer, kind, event = whole[15], whole[16], whole[17], whole[18], whole[19]
    pay_first, pay_last = whole[20], whole[21]
    now, work, next_dispatch, timer_at, entered_at, planned_at = real[0], real[1], real[2], real[3], real[4], real[5]
    key, is_over = _key(given.run_key, buyer), False
    while (
        used < len(times)
        and made < len(holds)
        and taken_count + given.most_tickets <= len(taken)
        and timers[USED] + 2 <= len(due)
        and kept < len(rows)
    ):
        one, end, ended_at, connection = -1, 0, 0.0, -1
        if idle_count > 0 and now >= next_dispatch:
            # 1. Who has waited longest for a connection?
            woken_at = times[queue_first, QUEUED] if queue_first >= 0 else inf
            if left_to_come > 0:
                come_at = entered_at
            elif comer >= given.buyers:
                come_at = inf
            elif given.is_closed:
                come_at = now if now < given.duration else inf
            else:
                come_at = given.admitted[comer]
            if pay_first < 0 and come_at <= now and come_at < woken_at:
                if left_to_come == 0:
                    buyer, entered_at, comer = comer, come_at, comer + 1
                    planned_at = come_at if given.is_closed else given.planned[buyer]
                    key, kind, event = _key(given.run_key, buyer), 0, 0
                    if len(given.kind_shares) > 1:
                        kind = _choose(given.kind_shares, 0, len(given.kind_shares), _unit(key, 0, _KIND, 0))
                    if given.events > 1:
                        event = _choose(given.event_shares, 0, given.events, _unit(key, 0, _EVENT, 0))
                    left_to_come = given.kind_numbers[kind, SESSIONS]
                if unused >= 0:
                    one, unused = unused, sessions[unused, AFTER]
                else:
                    one, used = used, used + 1
                sessions[one, BUYER], sessions[one, KIND], sessions[one, EVENT] = buyer, kind, event
                sessions[one, SESSION] = given.kind_numbers[kind, SESSIONS] - left_to_come
                sessions[one, CALL], sessions[one, ATTEMPT], sessions[one, PAUSES] = RESERVE, 1, 0
                sessions[one, LEFT], sessions[one, HOLD] = given.kind_numbers[kind, REFRESHES], -1
                times[one, PLANNED], times[one, QUEUED] = planned_at, entered_at
                which, behind = given.kind_numbers[kind, QUANTITY], given.kind_numbers[kind, QUANTITY_END]
                if behind - which > 1:
                    drawn = _unit(key, sessions[one, SESSION], _QUANTITY, 0)
                    which = _choose(given.quantity_shares, which, behind, drawn)
                sessions[one, WANTED], sessions[one, FIRST] = given.quantities[which], 1
                left_to_come -= 1
                if shared:
                    attempts_of[buyer] += 1
                    sessions[one, ATTEMPT] = attempts_of[buyer]
                    sessions[one, FIRST] = attempts_of[buyer]
            elif pay_first >= 0:
                one, pay_first = pay_first, sessions[pay_first, AFTER]
            elif queue_first >= 0:
                one, queue_first = queue_first, sessions[queue_first, AFTER]
            if one >= 0:
                kind_of, call, hold = sessions[one, KIND], sessions[one, CALL], sessions[one, HOLD]
                leaves_at, patience = inf, given.kind_spans[kind_of, PATIENCE]
                if patience < inf:
                    most = given.kind_spans[kind_of, PATIENCE_MOST]
                    if most != patience:
                        own = _key(given.run_key, sessions[one, BUYER])
                        patience = _length(patience, most, _unit(own, sessions[one, SESSION], _PATIENCE, 0))
                    leaves_at = times[one, QUEUED] + patience
                sessions[one, STEP] += 1
                if leaves_at <= now:
                    end, ended_at = GAVE_UP, leaves_at
                else:
                    # 2. The call is sent, and what comes of it is decided.
                    connection, idle_first, idle_count = idle[idle_first], idle_first + 1, idle_count - 1
                    if idle_first == connections:
                        idle_first = 0
                    next_dispatch = now + given.dispatch_s
                    times[one, SENT] = now
                    moments[WAITED_S] += now - times[one, QUEUED]
                    if math.isnan(moments[FIRST_SENT]):
                        moments[FIRST_SENT] = now
                    if call == RESERVE:
                        of = sessions[one, EVENT]
                        next_due = _expire(
                            now, given.hold, next_due, made, free, free_at, tickets, holds, hold_times, taken, moments
                        )
                        quantity = sessions[one, WANTED]
                        came_to = SOLD_OUT
                        if free_at[of, 1] >= quantity:
                            came_to = HELD
                            holds[made, HOLD_TICKETS], holds[made, HOLD_QUANTITY] = taken_count, quantity
                            holds[made, HOLD_STATE], holds[made, HOLD_EVENT] = OPEN, of
                            holds[made, HOLD_BUYER] = sessions[one, BUYER]
                            hold_times[made, CLAIMED], hold_times[made, ENDED] = now, np.nan
                            for _ in range(quantity):
                                ticket = free[of * tickets + free_at[of, 0]]
                                free_at[of, 0] = (free_at[of, 0] + 1) % tickets
                                before = last_hold[of * tickets + ticket]
                                if before >= 0:
                                    came_to = RETURNED
                                    if holds[before, HOLD_STATE] == OVERDUE and math.isnan(hold_times[before, ENDED]):
                                        hold_times[before, ENDED] = now
                                last_hold[of * tickets + ticket] = made
                                taken[taken_count] = ticket
                                taken_count += 1
                            free_at[of, 1] -= quantity
                            holds[made, HOLD_AGAIN] = came_to == RETURNED
                            sessions[one, HOLD] = made
                            made += 1
                    elif holds[hold, HOLD_STATE] != OPEN or hold_times[hold, CLAIMED] + given.hold <= now:
                        came_to = EXPIRED
                    elif call == CONFIRM:
                        came_to = CONFIRMED
                        holds[hold, HOLD_STATE] = PAYING
                    else:
                        came_to = RELEASED
                        holds[hold, HOLD_STATE] = GIVING_BACK
                    # 3. How much work it is: the next sample of a block that was measured.
                    level, shape = given.level_of[in_flight + 1], came_to
                    is_first[connection] = not is_warm[connection, came_to]
                    if is_first[connection]:
                        is_warm[connection, came_to] = True
                        if given.work_at[COLD + came_to, level, 1] > given.work_at[COLD + came_to, level, 0]:
                            shape = COLD + came_to
                    first, last = given.work_at[shape, level, 0], given.work_at[shape, level, 1]
                    if block_left[shape, level] == 0:
                        drawn = _from_bits(_mix(_step(given.server_key, unsigned(blocks))))
                        blocks += 1
                        block_at[shape, level] = min(first + int(drawn * (last - first)), last - 1)
                        block_left[shape, level] = given.block
                    sample = block_at[shape, level]
                    block_at[shape, level] = sample + 1 if sample + 1 < last else first
                    block_left[shape, level] -= 1
                    session_of[connection], class_of[connection], sessions[one, WHERE] = one, came_to, connection
                    ends_at[connection] = work + given.work[sample]
                    in_flight = push_call(heap, place, ends_at, in_flight, connection)
                    counts[MOST_IN_FLIGHT] = max(counts[MOST_IN_FLIGHT], in_flight)
                    if leaves_at < inf:
                        node = new_node(nodes, timers)
                        due[node], nodes[node, SLOT], nodes[node, TURN] = leaves_at, one, sessions[one, STEP]
                        if given.rings[kind_of, PATIENCE] >= 0:
                            push_ring(rings, nodes, given.rings[kind_of, PATIENCE], node)
                        else:
                            push_bucket(buckets, near, nodes, due, timers, node, given.bucket_width)
                        is_looked_up = is_looked_up and leaves_at >= timer_at
                    continue
        if one < 0:
            # 4. What happens next?
            if not is_looked_up:
                timer_at, timer_of = first_in_buckets(buckets, near, nodes, due, timers, given.bucket_width), -1
                for ring in range(given.ring_count):
                    if rings[ring, 0] >= 0 and due[rings[ring, 0]] < timer_at:
                        timer_at, timer_of = due[rings[ring, 0]], ring
                is_looked_up = True
            done_at = inf
            if in_flight > 0:
                done_at = now + (ends_at[heap[0]] - work) * given.slowdown[in_flight]
            come_at = inf
            if idle_count > 0:
                if left_to_come > 0 or queue_first >= 0 or pay_first >= 0:
                    come_at = next_dispatch
                elif comer < given.buyers:
                    if not given.is_closed:
                        come_at = max(given.admitted[comer], next_dispatch)
                    elif now < given.duration:
                        come_at = next_dispatch
            if done_at <= timer_at and done_at <= come_at:
                if done_at == inf:
                    is_over = True
                    break
                now, connection = done_at, heap[0]
                work, one = ends_at[connection], session_of[connection]
                end, ended_at = class_of[connection], now
            elif timer_at <= come_at:
                if in_flight > 0:
                    work += (timer_at - now) / given.slowdown[in_flight]
                now = timer_at
                if timer_of >= 0:
                    node = rings[timer_of, 0]
                    rings[timer_of, 0] = nodes[node, NEXT]
                else:
                    node = pop_near(near, due, timers)
                is_looked_up = False
                one = nodes[node, SLOT]
                is_current = nodes[node, TURN] == sessions[one, STEP]
                free_node(nodes, timers, node)
                if not is_current:
                    continue
                connection = sessions[one, WHERE]
                if connection < 0:  # it has paused, and calls again
                    times[one, PLANNED], times[one, QUEUED] = now, now
                    sessions[one, ATTEMPT] += 1
                    if shared:
                        attempts_of[sessions[one, BUYER]] += 1
                        sessions[one, ATTEMPT] = attempts_of[sessions[one, BUYER]]
                    sessions[one, AFTER] = -1
                    if given.payments_first and sessions[one, CALL] != RESERVE:
                        if pay_first < 0:
                            pay_first = one
                        else:
                            sessions[pay_last, AFTER] = one
                        pay_last = one
                        continue
                    if queue_first < 0:
                        queue_first = one
                    else:
                        sessions[queue_last, AFTER] = one
                    queue_last = one
                    continue
                end, ended_at = TIMED_OUT, now
            else:
                if in_flight > 0:
                    work += (come_at - now) / given.slowdown[in_flight]
                now = come_at
                continue
        # 5. A call has ended: it is counted, its connection is idle again.
        kind_of, call, hold, buyer_of = (
            sessions[one, KIND],
            sessions[one, CALL],
            sessions[one, HOLD],
            sessions[one, BUYER],
        )
        sessions[one, STEP] += 1
        ends[end] += 1
        counts[ATTEMPTS] += 1
        if connection >= 0:
            in_flight = remove_call(heap, place, ends_at, in_flight, connection)
            if in_flight == 0:
                work = 0.0
            behind = idle_first + idle_count
            idle[behind if behind < connections else behind - connections] = connection
            idle_count += 1
            sessions[one, WHERE] = -1
            database[_bin(ended_at - times[one, SENT], scratch, scratch_bits)] += 1
            scheduled[_bin(ended_at - times[one, PLANNED], scratch, scratch_bits)] += 1
            moments[LAST_ANSWER] = ended_at
        if given.is_kept:
            row_times[kept, PLANNED], row_times[kept, QUEUED] = times[one, PLANNED], times[one, QUEUED]
            row_times[kept, SENT] = times[one, SENT] if connection >= 0 else np.nan
            row_times[kept, ANSWERED] = ended_at
            rows[kept, ROW_BUYER], rows[kept, ROW_KIND], rows[kept, ROW_ATTEMPT] = (
                buyer_of,
                kind_of,
                sessions[one, ATTEMPT],
            )
            rows[kept, ROW_CALL], rows[kept, ROW_EVENT], rows[kept, ROW_CONNECTION] = (
                call,
                sessions[one, EVENT],
                connection,
            )
            rows[kept, ROW_END], rows[kept, ROW_HOLD] = end, hold
            rows[kept, ROW_SESSION], rows[kept, ROW_QUANTITY] = sessions[one, SESSION], sessions[one, WANTED]
            is_repeated = call == RESERVE and sessions[one, PAUSES] > 0
            rows[kept, ROW_REPEATS] = sessions[one, FIRST] if is_repeated else 0
            rows[kept, ROW_IS_FIRST] = connection >= 0 and is_first[connection]
            kept += 1
        if shared:
            if (calls_of[buyer_of] >> call) & 1:
                counts[RETRIES] += 1
            calls_of[buyer_of] |= 1 << call
        elif sessions[one, PAUSES] > 0 and call == RESERVE:
            counts[RETRIES] += 1
        # 6. What the buyer does then; the pause is below 0 if it leaves.
        pause, ring, is_last = -1.0, -1, True
        if call == RESERVE:
            if end == HELD or end == RETURNED:
                counts[TICKETS_HELD] += holds[hold, HOLD_QUANTITY]
                held_by_kind[kind_of] += holds[hold, HOLD_QUANTITY]
                moments[LAST_HELD] = ended_at
                _count_over_time(over_time, moments, ended_at, OVER_HELD, 1)
                own = _key(given.run_key, buyer_of)
                drawn = _unit(own, sessions[one, SESSION], _PAYMENT, 0)
                payment = _choose(given.payments, 4 * kind_of, 4 * kind_of + 4, drawn) - 4 * kind_of
                if payment != NEVER:
                    least, most = given.kind_spans[kind_of, THINK], given.kind_spans[kind_of, THINK_MOST]
                    pause = least
                    if most != least:
                        pause = _length(least, most, _unit(own, sessions[one, SESSION], _THINK, 0))
                    ring = given.rings[kind_of, THINK]
                    if payment == LATE:
                        pause += given.hold
                        ring = given.rings[kind_of, THINK_MOST]
                    sessions[one, CALL] = RELEASE if payment == FAILS else CONFIRM
            elif end == SOLD_OUT:
                if math.isnan(moments[FIRST_REFUSAL]):
                    moments[FIRST_REFUSAL] = ended_at
                _count_over_time(over_time, moments, ended_at, OVER_REFUSED, 1)
                if sessions[one, LEFT] > 0:
                    least, most = given.kind_spans[kind_of, REFRESH], given.kind_spans[kind_of, REFRESH_MOST]
                    pause, is_last = least, False
                    if most != least:
                        drawn = _unit(
                            _key(given.run_key, buyer_of), sessions[one, SESSION], _REFRESH, sessions[one, PAUSES]
                        )
                        pause = _length(least, most, drawn)
                    ring = given.rings[kind_of, REFRESH]
                    sessions[one, LEFT] -= 1
                    sessions[one, PAUSES] += 1
                else:
                    refused += 1
            else:
                _count_over_time(over_time, moments, ended_at, OVER_OTHER, 1)
                if hold >= 0:  # it was cancelled: the hold never was
                    if holds[hold, HOLD_STATE] == OPEN:
                        _give_back(free, free_at, tickets, hold, holds, taken)
                    holds[hold, HOLD_STATE] = VOID
            word = HELD if end == RETURNED else end
            if not shared:
                if is_last:
                    last_words[word] += 1
            elif sessions[one, ATTEMPT] >= word_attempt[buyer_of]:
                word_attempt[buyer_of], word_of[buyer_of] = sessions[one, ATTEMPT], word
        elif end == CONFIRMED:
            holds[hold, HOLD_STATE], hold_times[hold, ENDED] = PAID, ended_at
            counts[TICKETS_SOLD] += holds[hold, HOLD_QUANTITY]
            moments[LAST_PAID] = ended_at
            _count_over_time(over_time, moments, ended_at, OVER_PAID, holds[hold, HOLD_QUANTITY])
            if holds[hold, HOLD_AGAIN]:
                counts[REFUSED_EARLY] = refused
        elif end == RELEASED:
            holds[hold, HOLD_STATE], hold_times[hold, ENDED] = GIVEN_BACK, ended_at
            moments[UNPAID_TICKET_S] += (ended_at - hold_times[hold, CLAIMED]) * holds[hold, HOLD_QUANTITY]
            _give_back(free, free_at, tickets, hold, holds, taken)
        elif holds[hold, HOLD_STATE] == PAYING or holds[hold, HOLD_STATE] == GIVING_BACK:
            # It was cancelled, or the buyer gave up: the hold is as it was, and perhaps overdue by now.
            holds[hold, HOLD_STATE] = OPEN
            if next_due > hold:
                holds[hold, HOLD_STATE] = OVERDUE
                moments[UNPAID_TICKET_S] += given.hold * holds[hold, HOLD_QUANTITY]
                _give_back(free, free_at, tickets, hold, holds, taken)
        if pause < 0:
            sessions[one, AFTER], unused = unused, one
            continue
        node = new_node(nodes, timers)
        due[node], nodes[node, SLOT], nodes[node, TURN] = ended_at + pause, one, sessions[one, STEP]
        if ring >= 0:
            push_ring(rings, nodes, ring, node)
        else:
            push_bucket(buckets, near, nodes, due, timers, node, given.bucket_width)
        is_looked_up = is_looked_up and ended_at + pause >= timer_at
    whole[0], whole[1], whole[2], whole[3] = idle_first, idle_count, in_flight, blocks
    whole[4], whole[5], whole[6], whole[7] = used, unused, queue_first, queue_last
    whole[8], whole[9] = timer_of, is_looked_up
    whole[10], whole[11], whole[12], whole[13], whole[14] = made, taken_count, next_due, refused, kept
    whole[15], whole[16], whole[17], whole[18], whole[19] = comer, left_to_come, buyer, kind, event
    whole[20], whole[21] = pay_first, pay_last
    real[0], real[1], real[2], real[3], real[4], real[5] = now, work, next_dispatch, timer_at, entered_at, planned_at
    if is_over:
        for buyer_of in range(shared):
            if word_of[buyer_of] >= 0:
                last_words[word_of[buyer_of]] += 1
        _expire(inf, given.hold, next_due, made, free, free_at, tickets, holds, hold_times, taken, moments)
    return is_over


def _made_of(digest: int) -> Callable[[Given, State], bool]:
    """The same as other modules call it: compiled anew when code has changed that it is made of."""

    @compiled_and_kept
    def advance(given, state):
        return _advance(given, state, digest)

    return advance


advance = _made_of(crc32(b"".join(Path(str(module.__file__)).read_bytes() for module in (draws, layout, queues))))


def run(given: Given) -> State:
    """Run a scenario on a model of the server to its end.

    Args:
        given: The scenario and the model, as arrays.

    Returns:
        What was counted, and what was kept; arrays that grow are longer than what is in them, which `whole` counts.
    """
    state = begin(given)
    while not advance(given, state):
        state = state.with_room()
    return state
