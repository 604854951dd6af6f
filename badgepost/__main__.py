"""`python -m badgepost`: the command line, also for the worker processes that `serve` starts."""

from badgepost.cli import main

main()
