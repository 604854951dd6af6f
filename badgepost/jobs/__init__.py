"""Several machines: who takes a turn is said by an existing job engine, pgqueuer, in the PostgreSQL that all share.

A job only wakes a process: it names a kind of turn, and no rows. The rows are the truth, each claim has its fence, so a
job that is lost, doubled or taken over changes nothing but who works when. Here belong the engine's tables, asking it
and running under it. SQLite, one machine, knows nothing of this. docs/scaling.md says why this engine.
"""
