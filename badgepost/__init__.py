"""The composition root: settings, database, wiring, worker and command line. The only place that knows everything."""
