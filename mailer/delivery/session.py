"""SMTP transactions on an open connection (RFC 5321 section 3.3): envelope, go-ahead, body, verdict.

Here belongs the order of commands and replies, with PIPELINING (RFC 2920) and without. Only one body is ever under
way on a connection, so a connection that breaks leaves one message in doubt at most; but the next envelope may ride
behind the body: one round trip a message.
"""

import re
from collections.abc import Iterator

from mailer.delivery.conversation import Broken, Conversation
from mailer.delivery.judging import SHUTTING_DOWN, judge, judge_broken
from mailer.delivery.outcomes import Bounced, Outcome, Phase
from mailer.delivery.relay import Timeouts
from mailer.delivery.transport import Mail
from wire.capabilities import Capabilities
from wire.reply import Reply

_LEADS_ON = {Phase.MAIL: 2, Phase.RCPT: 2, Phase.DATA: 3}
"""The first digit of the reply after which the transaction goes on."""
_DOT_LINE = re.compile(rb"\r\n\.")
"""Searched as a pattern: in bytes of 72 KB, more than twice as fast as `in`."""


class Session:
    """One connection. `over`: it takes no further message."""

    def __init__(self, conversation: Conversation, capabilities: Capabilities, timeouts: Timeouts) -> None:
        self._conversation = conversation
        self._capabilities = capabilities
        self._timeouts = timeouts
        self._offered: Mail | None = None
        self._must_reset = False
        self.carried = 0
        """Messages that this connection has given a verdict on."""
        self.over = False
        self.in_body = False
        """A body has been written and its verdict has not come: the message is in doubt."""

    @property
    def pipelines(self) -> bool:
        """The envelope of the next message may ride behind a body."""
        return self._capabilities.pipelining

    @property
    def is_alive(self) -> bool:
        """Replies may still come."""
        return not self.over and not self._conversation.is_broken

    @property
    def is_fit(self) -> bool:
        """Another message may be tried: the connection is alive, and nothing was said on it unasked."""
        return self.is_alive and self._conversation.is_quiet

    @property
    def has_open_offer(self) -> bool:
        """An envelope has been sent ahead whose message must follow, or the connection must go."""
        return self._offered is not None

    def refuses(self, mail: Mail) -> Outcome | None:
        """Return why this relay need not be asked for `mail`, from what it said in reply to EHLO."""
        if not (mail.mail_from + mail.rcpt_to).isprintable():
            return Bounced(Phase.RCPT, "a control character in the address")
        if mail.needs_smtputf8 and not self._capabilities.smtputf8:
            return Bounced(Phase.MAIL, "the mail needs SMTPUTF8, which the relay does not offer")
        limit = self._capabilities.size
        if limit is not None and len(mail.data) > limit:
            return Bounced(Phase.MAIL, f"the mail has {len(mail.data)} bytes, the relay takes {limit}")
        return None

    async def ask(self, mail: Mail) -> Outcome | None:
        """Send the envelope of `mail`, unless it was sent ahead, and read the replies. None: the body may follow."""
        sent_ahead, self._offered = self._offered is mail, None
        pipelined = self._capabilities.pipelining
        commands = list(self._commands(mail))
        if pipelined and not sent_ahead:
            self._conversation.write(*(command for _, command in commands))
        refusal: Outcome | None = None
        for phase, command in commands:
            if not pipelined:
                self._conversation.write(command)
            reply = await self._conversation.read(self._timeouts.command)
            verdict = self._read(phase, reply)
            refusal = refusal or verdict
            if self.over or (refusal and not pipelined):
                break
            if refusal and phase is Phase.DATA:
                await self._end_data(reply)
        self._must_reset = refusal is not None
        self.carried += refusal is not None
        return refusal

    async def hand_over(self, mail: Mail, following: Mail | None = None) -> Outcome:
        """Write the body of `mail`, with the envelope of `following` behind it, and wait for the verdict."""
        chunks = [stuff_dots(mail.data), b".\r\n"]
        if following is not None:
            chunks += (command for _, command in self._commands(following))
            self._offered = following
        self.in_body = True
        self._conversation.write(*chunks)
        reply = await self._conversation.read(self._timeouts.reply)
        self.in_body = False
        self.carried += 1
        if isinstance(reply, Broken):
            self.over = True
            return judge_broken(Phase.BODY, reply.reason)
        outcome = judge(Phase.BODY, reply)
        self.over = reply.code == SHUTTING_DOWN or reply.code < 200 or 300 <= reply.code < 400
        return outcome

    def leave(self) -> None:
        """Close: politely when all was answered, at once when not."""
        if self.is_fit and self._offered is None:
            self._conversation.leave()
        else:
            self._conversation.hang_up()

    def _commands(self, mail: Mail) -> Iterator[tuple[Phase, bytes]]:
        reset = b"RSET\r\n" if self._must_reset else b""
        parameters = f" SIZE={len(mail.data)}" if self._capabilities.size is not None else ""
        if mail.needs_smtputf8:
            parameters += " BODY=8BITMIME SMTPUTF8" if self._capabilities.eight_bit_mime else " SMTPUTF8"
        if reset:
            yield Phase.CONNECT, reset
        yield Phase.MAIL, f"MAIL FROM:<{mail.mail_from}>{parameters}\r\n".encode()
        yield Phase.RCPT, f"RCPT TO:<{mail.rcpt_to}>\r\n".encode()
        yield Phase.DATA, b"DATA\r\n"

    def _read(self, phase: Phase, reply: Reply | Broken) -> Outcome | None:
        """Return None if `reply` leads on, else what it means."""
        if isinstance(reply, Broken):
            self.over = True
            return judge_broken(phase, reply.reason)
        if reply.code // 100 == _LEADS_ON.get(phase, 2):
            return None
        self.over = reply.code == SHUTTING_DOWN or reply.code < 400
        return judge(phase, reply)

    async def _end_data(self, reply: Reply | Broken) -> None:
        """A relay that refused the recipient and yet asks for the body gets an empty one (RFC 2920 section 3.1)."""
        if isinstance(reply, Reply) and reply.code // 100 == 3:
            self._conversation.write(b".\r\n")
            if isinstance(await self._conversation.read(self._timeouts.reply), Broken):
                self.over = True


def stuff_dots(data: bytes) -> bytes:
    """Return `data` with the dot of RFC 5321 section 4.5.2 where it needs one. Ours need none: see `mailer.mime`.

    It is looked for all the same: a mail that ended early would let what follows it speak SMTP in our name.
    """
    if data.startswith(b"."):
        data = b"." + data
    # The search ends at the last dot: an inline image, which is most of a mail, has none in its base64.
    return _DOT_LINE.sub(b"\r\n..", data) if _DOT_LINE.search(data, 0, data.rfind(b".") + 1) else data
