"""Why mail systems do not take a mail: the causes, whose each of them is, and how to say it to staff.

Here belongs the vocabulary. Which reply has which cause is decided in `status`.
"""

from enum import Enum, StrEnum


class Fault(StrEnum):
    """Where the cause lies, and so who can do something about it."""

    ADDRESS = "address"
    """The address reaches nobody: a correction is needed, nothing more should be sent there."""
    MAILBOX = "mailbox"
    """There is a mailbox, and it takes no more at present."""
    MESSAGE = "message"
    """This mail: another one to the same address may pass."""
    POLICY = "policy"
    """What the receiver thinks of mail like this, of our domain or of our servers."""
    SYSTEM = "system"
    """Trouble at the receiver's, at the relay's or on the way."""
    OURS = "ours"
    """The next hop will not work for us: log-in, sender, relaying. Nobody's bounce."""
    UNKNOWN = "unknown"


class Cause(Enum):
    """A cause: its fault, and a sentence in plain words."""

    NO_MAILBOX = (Fault.ADDRESS, "The mailbox does not exist.")
    NO_DOMAIN = (Fault.ADDRESS, "The domain of the address does not exist or takes no mail.")
    BAD_ADDRESS = (Fault.ADDRESS, "The receiving system says that the address is not a valid one.")
    MOVED = (Fault.ADDRESS, "The mailbox has moved and left no new address.")
    DISABLED = (Fault.ADDRESS, "The mailbox is closed or disabled.")
    FULL = (Fault.MAILBOX, "The mailbox is full.")
    TOO_BIG = (Fault.MESSAGE, "The mail is larger than the receiving system takes.")
    CONTENT = (Fault.MESSAGE, "The receiving system does not take what the mail contains or how it is built.")
    VIRUS = (Fault.MESSAGE, "The receiving system took the mail for malware.")
    UNICODE = (Fault.MESSAGE, "The receiving system cannot take an address with letters beyond a-z.")
    SPAM = (Fault.POLICY, "The receiving system took the mail for spam.")
    REPUTATION = (Fault.POLICY, "The receiving system does not trust the server that the mail came from.")
    UNAUTHENTICATED = (Fault.POLICY, "The receiving system could not verify the sending domain (SPF, DKIM or DMARC).")
    DENIED = (Fault.POLICY, "The receiving system's rules refuse the mail.")
    TOO_FAST = (Fault.POLICY, "The receiving system asks for fewer mails at a time.")
    GREYLISTED = (Fault.POLICY, "The receiving system puts off mail from senders that it does not know yet.")
    UNREACHABLE = (Fault.SYSTEM, "The receiving system could not be reached.")
    BROKEN = (Fault.SYSTEM, "The receiving system has a trouble of its own.")
    MISUNDERSTOOD = (Fault.SYSTEM, "The receiving system did not understand our mail server.")
    LOGIN = (Fault.OURS, "The relay does not accept our log-in.")
    SENDER = (Fault.OURS, "The relay does not accept our sender address.")
    RELAYING = (Fault.OURS, "The relay does not pass on mail for us.")
    UNTOLD = (Fault.UNKNOWN, "The receiving system refused the mail and did not say why.")

    @property
    def fault(self) -> Fault:
        """Where it lies."""
        return self.value[0]

    @property
    def words(self) -> str:
        """A sentence for staff and issuers."""
        return self.value[1]
