"""A listener as a process of its own, to be killed: says its port, then listens until the end."""

import sys
import time

from badgepost.database import open_engine
from inbound.store import MailStore
from tests.inbound.listener.running import running_listener

if __name__ == "__main__":
    with MailStore(open_engine(sys.argv[1])) as store, running_listener(store.keep) as running:
        print(running.port, flush=True)
        time.sleep(300)
