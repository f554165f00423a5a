"""Skip depth: how many rows a claim skipped for each ticket that it took. No wait view shows it: a skip is not a wait.

One of every N calls to reserve is measured, in the message that it is asked with (`measure`): PostgreSQL counts
the index entries that the call read, and auto_explain sends the client the plan of each statement as it ran, inside
functions too, so that any strategy can be measured (`plans`).
"""
