"""Migrations in a process of its own: `python -m tests.chaos.migrator URL` says `begins`, and then `ends`."""

import sys

from badgepost.database import migrate, open_engine

if __name__ == "__main__":
    print("begins", flush=True)
    migrate(open_engine(sys.argv[1]))
    print("ends", flush=True)
