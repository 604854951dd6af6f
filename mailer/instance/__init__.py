"""Which database this is, and which processes live on it.

Here belong the fence that keeps a restored or copied database from sending again, and the pulse of every process. Whose
messages are whose stands in `mailer.queue.leases`.
"""
