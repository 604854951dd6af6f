"""Figure of processing: what is done with a mail of 15 KB between its bytes and its order, but for database and DNS.

Reading, sections, intent, SPF, DKIM and DMARC (answers from memory), people, checks, rules. The goal is a rate, so it
says something of this machine only: the best round counts. Beside it, for comparing machines, the standard library,
policy `default`, that does no more than parse the same mail, every header field and every part of it.
"""

import base64
from datetime import UTC, datetime
from email import message_from_bytes, policy

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from badgepost.judging import find_rules
from bench.figures.figure import Figure
from bench.goals import Bound, Finding, Goal, show
from bench.rounds import Results, Variant, in_process
from desk.words import Outcome
from inbound.authentication.dns import Answer, Answers, NoSuchName, RecordType
from inbound.authentication.proof import Trust, prove_author
from inbound.envelope import Envelope
from inbound.judging import Mail, Past, judge, sift
from inbound.rules.deciding import RuleSet
from inbound.rules.loading import load_rules
from inbound.understood import understand
from tests.inbound.understanding.memory_register import MemoryRegister

GOAL = Goal("dealing with mails of 15 KB, on one core", Bound.AT_LEAST, 300, "mails/s")
OURS, THEIRS = "badgepost deals with a mail", "the standard library parses it"
_CALLS = 60
_DANA = "dana@legit.example"
_WORLD = {
    "issuers": [
        {
            "slug": "legit",
            "name": "Legit Institute",
            "domain": "legit.example",
            "support_email": _DANA,
            "contacts": [{"email": _DANA, "name": "Dana Reyes"}],
        }
    ],
    "badges": [{"slug": "bridge", "issuer": "legit", "name": "Bridge Inspector"}],
    "earners": [
        {
            "email": "j.smith@corp.example",
            "name": "Jane Smith",
            "locked": True,
            "awards": [{"badge": "bridge", "awarded_on": "2026-05-02"}],
        }
    ],
}
_ASKED = "Hello,\n\nplease unlock the account of Jane Smith (j.smith@corp.example).\n\nThanks\nDana\n"
_QUOTED = (
    "The course took place in the second week of October, and everybody who came has passed the test at its end.\n"
)


def prepare() -> Figure:
    """Return the figure."""
    content, records = _make_mail()
    rules = load_rules(find_rules().read_text(encoding="utf-8"))
    if not isinstance(rules, RuleSet):
        raise RuntimeError("the shipped rules are faulty")
    return Figure([_ours(content, records, rules), _theirs(content)], _judge)


def _ours(content: bytes, records: dict[tuple[str, RecordType], Answer], rules: RuleSet) -> Variant:
    envelope = Envelope(datetime.now(UTC), _DANA, ("support@badgepost.example",), "192.0.2.7", "out.legit.example")
    register = MemoryRegister(_WORLD)

    def look_up(name: str, record_type: RecordType) -> Answer:
        return records.get((name.lower(), record_type), NoSuchName())

    def deal() -> None:
        mail = Mail("raw", content, envelope, understand(content, envelope.mail_from))
        if sift(mail, Past(), rules) is not None:
            raise RuntimeError("the mail was sifted out")
        proof = prove_author(content, envelope, Trust(), look_up)
        decided = judge(mail, proof, Past(), register, rules).decided
        if decided.outcome is not Outcome.APPLY:
            raise RuntimeError(f"the mail came to {decided.outcome}: {decided.reason}")

    return in_process(OURS, _CALLS, deal)


def _theirs(content: bytes) -> Variant:
    def parse() -> None:
        message = message_from_bytes(content, policy=policy.default)
        read = [str(value) for value in message.values()]
        read += [str(address) for name in ("from", "to", "cc") for address in message[name].addresses]
        read += [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
        if not all(read):
            raise RuntimeError("something was not read")

    return in_process(THEIRS, _CALLS, parse)


def _judge(results: Results) -> list[Finding]:
    ratio = results.ratio(THEIRS, OURS)
    aside = f"{show(ratio.median)} times the rate at which the standard library parses the mail"
    return [Finding(GOAL, 1 / results.minimum(OURS), f"median {1 / results.median(OURS):,.0f}", aside)]


def _make_mail() -> tuple[bytes, dict[tuple[str, RecordType], Answer]]:
    """Return a signed reply in plain text and HTML, and what the DNS says about its domain."""
    plain = (
        _ASKED + "\nOn Mon, Nov 16, 2026 at 9:12 AM Jane Smith <j.smith@corp.example> wrote:\n\n" + f"> {_QUOTED}" * 55
    )
    html = "".join(f"<div>{line}</div>" for line in plain.split("\n")) + "<table><tr><td>a</td></tr></table>" * 20
    received = "".join(
        f"Received: from mx{n}.legit.example by mx{n + 1}.legit.example; Mon, 23 Nov 2026 08:59:0{n} +0000\n"
        for n in range(6)
    )
    text = (
        f"{received}From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller-L=C3=BCdenscheidt?= <{_DANA}>\n"
        "To: =?utf-8?q?Unterst=C3=BCtzung?= <support@badgepost.example>\n"
        "Cc: =?utf-8?b?R3LDvMOfZQ==?= <office@legit.example>, Jane Smith <j.smith@corp.example>\n"
        "Subject: =?utf-8?q?Re=3A_Schl=C3=BCssel_f=C3=BCr_das_Konto_von_Jane_Smith?=\n"
        "References: <1@corp.example> <2@corp.example> <3@corp.example>\nIn-Reply-To: <3@corp.example>\n"
        f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} +0000\nMessage-ID: <1@legit.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/alternative; boundary="x"\n\n'
        f"--x\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n"
        f"--x\nContent-Type: text/html; charset=utf-8\n\n{html}\n--x--\n"
    )
    content = text.replace("\n", "\r\n").encode()
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    signature = dkim.sign(content, b"sel", b"legit.example", pem, canonicalize=(b"relaxed", b"relaxed"))
    records: dict[tuple[str, RecordType], Answer] = {
        ("sel._domainkey.legit.example", "TXT"): Answers(("v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode(),)),
        ("_dmarc.legit.example", "TXT"): Answers(("v=DMARC1; p=reject",)),
        ("legit.example", "TXT"): Answers(("v=spf1 ip4:192.0.2.0/24 -all",)),
    }
    return bytes(signature) + content, records
