"""The queues of the event loop: calls by their end, and timers by when they are due.

Timers of one constant length come due in the order in which they were set: each such length has a ring, and setting one
costs nothing. The others go into buckets of equal width, which are put in order one at a time, when their turn comes: a
heap of 100,000 timers is five times slower.
"""

import numpy as np

from booking_sim.forecasting.compiling import compiled
from booking_sim.forecasting.layout import BUCKETS, FAR, FREE, NEAR, NEXT, TICK, USED

_LAST = BUCKETS - 1


@compiled
def push_call(heap, place, ends, size, call):
    """Add a call that ends at `ends[call]`, and return how many there are; `place` says where each is."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        other = heap[above]
        if ends[other] <= ends[call]:
            break
        heap[at] = other
        place[other] = at
        at = above
    heap[at] = call
    place[call] = at
    return size + 1


@compiled
def remove_call(heap, place, ends, size, call):
    """Take a call out, wherever it is, and return how many are left."""
    size -= 1
    at = place[call]
    moved = heap[size]
    if moved == call:
        return size
    while at > 0:
        above = (at - 1) >> 1
        other = heap[above]
        if ends[other] <= ends[moved]:
            break
        heap[at] = other
        place[other] = at
        at = above
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and ends[heap[below + 1]] < ends[heap[below]]:
            below += 1
        other = heap[below]
        if ends[other] >= ends[moved]:
            break
        heap[at] = other
        place[other] = at
        at = below
    heap[at] = moved
    place[moved] = at
    return size


@compiled
def new_node(nodes, timers):
    """A node that nobody uses; the caller has made sure that there is room for one."""
    node = timers[FREE]
    if node < 0:
        node = timers[USED]
        timers[USED] += 1
    else:
        timers[FREE] = nodes[node, NEXT]
    return node


@compiled
def free_node(nodes, timers, node):
    """Give a node back."""
    nodes[node, NEXT] = timers[FREE]
    timers[FREE] = node


@compiled
def push_ring(rings, nodes, ring, node):
    """Put a node at the end of a ring: it is due no earlier than those before it."""
    nodes[node, NEXT] = -1
    if rings[ring, 0] < 0:
        rings[ring, 0] = node
    else:
        nodes[rings[ring, 1], NEXT] = node
    rings[ring, 1] = node


@compiled
def _push_near(near, due, timers, node):
    at = timers[NEAR]
    timers[NEAR] += 1
    while at > 0:
        above = (at - 1) >> 1
        if due[near[above]] <= due[node]:
            break
        near[at] = near[above]
        at = above
    near[at] = node


@compiled
def push_bucket(buckets, near, nodes, due, timers, node, width):
    """Put a node where it is found when it is due."""
    bucket = int(due[node] / width)
    if bucket <= timers[TICK]:
        _push_near(near, due, timers, node)
    else:
        nodes[node, NEXT] = buckets[bucket & _LAST]
        buckets[bucket & _LAST] = node
        timers[FAR] += 1


@compiled
def first_in_buckets(buckets, near, nodes, due, timers, width):
    """When the first of them is due; infinite if there is none."""
    while timers[NEAR] == 0:
        if timers[FAR] == 0:
            return np.inf
        timers[TICK] += 1
        at = timers[TICK] & _LAST
        node = buckets[at]
        buckets[at] = -1
        while node >= 0:
            behind = nodes[node, NEXT]
            if int(due[node] / width) <= timers[TICK]:
                timers[FAR] -= 1
                _push_near(near, due, timers, node)
            else:  # its turn is a round later
                nodes[node, NEXT] = buckets[at]
                buckets[at] = node
            node = behind
    return due[near[0]]


@compiled
def pop_near(near, due, timers):
    """Take out the node that is due first."""
    first = near[0]
    timers[NEAR] -= 1
    size = timers[NEAR]
    moved = near[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and due[near[below + 1]] < due[near[below]]:
            below += 1
        if due[near[below]] >= due[moved]:
            break
        near[at] = near[below]
        at = below
    near[at] = moved
    return first
