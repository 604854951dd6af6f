"""Our own labelled support mails: read from tests/data/support, built into bytes as our border hands them over.

Here belongs the building only: header, verdict, encoding of the body. What the keys of a file mean stands in
tests/data/support/README.md; who is expected to make what of a mail is compared in `support_scores`.
"""

import base64
import hashlib
import html
import json
import quopri
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.header import Header
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from inbound.explaining import normalize_line_ends

FOLDER = Path(__file__).resolve().parents[1] / "data" / "support"
WORLD = FOLDER / "world.json"
BORDER = "mx.badgepost.example"
SUPPORT = "support@badgepost.example"


_CHARSETS = {
    "7bit": ("ascii", "us-ascii"),
    "latin1": ("iso-8859-1", "iso-8859-1"),
    "cp1252": ("cp1252", "iso-8859-1"),
    "iso-2022-jp": ("iso-2022-jp", "iso-2022-jp"),
    "utf-8-as-ascii": ("utf-8", "us-ascii"),
}
"""By shape: what a text is encoded in, and what the mail says it is encoded in."""


@dataclass(frozen=True)
class SupportMail:
    """One mail, and what the policy makes of it."""

    id: str
    file: str
    content: bytes
    expect: Mapping[str, Any]
    entry: Mapping[str, Any]


def list_files() -> list[Path]:
    return sorted(FOLDER.glob("*.yaml"))


def read_support_mails(files: Sequence[Path]) -> Iterator[SupportMail]:
    """Yield every mail of some files."""
    for file in files:
        for entry in yaml.safe_load(file.read_text("utf-8")):
            yield SupportMail(entry["id"], file.name, build_mail(entry), entry["expect"], entry)


def read_examples(folder: Path) -> Iterator[SupportMail]:
    """Yield the mails of a folder that holds .eml files and their labels.jsonl."""
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        content = normalize_line_ends((folder / label["file"]).read_bytes())
        yield SupportMail(label["file"], folder.name, content, label, {})


def build_mail(entry: Mapping[str, Any]) -> bytes:
    """Return the mail with CRLF line ends."""
    if "mail" in entry:
        return _with_crlf(entry["mail"].encode())
    dice = int.from_bytes(hashlib.sha256(entry["id"].encode()).digest()[:6])
    shape = entry.get("shape") or _choose_shape(entry, dice)
    part = _build_body(entry, shape, dice)
    if "attach" in entry:
        part = _join("mixed", [part, *map(_build_attachment, entry["attach"])], dice)
    return _with_crlf("".join(_build_header(entry, shape, dice)).encode() + part)


def _with_crlf(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


# The header


def _build_header(entry: Mapping[str, Any], shape: str, dice: int) -> Iterator[str]:
    fields = entry["from"] if isinstance(entry["from"], list) else [entry["from"]]
    domain = _find_address(fields[0]).rpartition("@")[2]
    extra = dict(entry.get("headers", {}))
    day = dice % 27 + 1
    for value in _build_verdict(entry.get("auth", "pass"), _find_address(fields[0]), domain):
        yield f"Authentication-Results: {value}\n"
    yield f"Return-Path: {extra.pop('Return-Path', f'<{_find_address(fields[0])}>')}\n"
    yield f"Received: from mail.{domain} (mail.{domain} [192.0.2.{dice % 250 + 1}])\n"
    yield f"\tby {BORDER} (Postfix) with ESMTPS id {dice:x}\n"
    yield f"\tfor <{SUPPORT}>; {day:02} Oct 2026 09:{dice % 60:02}:07 +0000 (UTC)\n"
    for name, value in extra.items():
        yield from (f"{name}: {one}\n" for one in (value if isinstance(value, list) else [value]))
    yield from (f"From: {_encode_mailbox(field, shape)}\n" for field in fields)
    if "To" not in extra:
        yield f"To: {SUPPORT}\n"
    if "subject" in entry:
        yield f"Subject: {_encode_words(str(entry['subject']), shape)}\n"
    yield f"Date: {day:02} Oct 2026 11:{dice % 60:02}:00 +0200\n"
    if "Message-ID" not in extra:
        yield f"Message-ID: <{dice:x}.{entry['id']}@{domain}>\n"
    yield "MIME-Version: 1.0\n"


def _find_address(field: str) -> str:
    found = re.findall(r'[^\s<>,;:()"]+@[^\s<>,;:()"]+', field)
    return found[-1] if found else "nobody@nowhere.example"


def _encode_mailbox(field: str, shape: str) -> str:
    name, mark, rest = field.rpartition("<")
    if field.isascii() or shape == "8bit" or not mark or not rest.isascii():
        return field
    return f"{_encode_words(name.strip().strip(chr(34)), shape)} <{rest}"


def _encode_words(text: str, shape: str) -> str:
    if text.isascii() or shape == "8bit":
        return text
    charset = "iso-8859-1" if shape == "latin1" and _fits_latin1(text) else "utf-8"
    return Header(text, charset).encode(linesep="\n")


def _build_verdict(auth: str | Mapping[str, Any], sender: str, domain: str) -> list[str]:
    if isinstance(auth, Mapping):
        return list(auth["raw"])
    spf, dkim = f"smtp.mailfrom={sender}", f"header.d={domain} header.s=s1"
    of, sub = f"header.from={domain}", f"news.{domain}"
    forwarder, bulk = "forward.alumni.example", "bulk-mailer.example"
    said = {
        "pass": f"spf=pass {spf}; dkim=pass {dkim}; dmarc=pass (p=none dis=none) {of}",
        "dkim-only": f"spf=none {spf}; dkim=pass {dkim}; dmarc=none {of}",
        "spf-only": f"spf=pass {spf}; dkim=none; dmarc=none {of}",
        "subdomain": f"spf=pass smtp.mailfrom=b1@{sub}; dkim=pass header.d={sub} header.s=s1; dmarc=pass {of}",
        "fail": f"spf=softfail {spf}; dkim=none; dmarc=fail (p=reject dis=quarantine) {of}",
        "forwarded": f"spf=pass smtp.mailfrom=b+1@{forwarder}; dkim=fail {dkim}; dmarc=fail (p=none dis=none) {of}",
        "none": f"spf=none {spf}; dkim=none; dmarc=none {of}",
        "nothing": "none",
        "temperror": f"spf=temperror {spf}; dkim=temperror {dkim}; dmarc=temperror {of}",
        "permerror": f"spf=permerror {spf}; dkim=none; dmarc=permerror {of}",
        "unaligned": f"spf=pass smtp.mailfrom=b-7@{bulk}; dkim=pass header.d={bulk}; dmarc=pass header.from={bulk}",
        "other-id": f"spf=pass {spf}; dkim=pass {dkim}; dmarc=pass {of}",
        "missing": "",
    }[auth]
    border = "mx.elsewhere.example" if auth == "other-id" else BORDER
    return [f"{border};\n\t{said.replace('; ', ';' + chr(10) + chr(9))}"] if said else []


# The body


def _choose_shape(entry: Mapping[str, Any], dice: int) -> str:
    text = entry.get("text", "")
    if "html" in entry:
        return "alternative" if text else "html"
    shapes = ["7bit" if text.isascii() else "8bit", "qp", "base64", "flowed"]
    if not re.search(r"\t|\S {2,}\S|^ ", text, re.MULTILINE):
        shapes += ["alternative", "outlook", "html"]
    if not text.isascii() and _fits_latin1(text):
        shapes.append("latin1")
    return shapes[dice % len(shapes)]


def _fits_latin1(text: str) -> bool:
    return all(ord(character) < 256 for character in text)


def _build_body(entry: Mapping[str, Any], shape: str, dice: int) -> bytes:
    text = entry.get("text", "")
    if shape == "html":
        return _encode_part(entry.get("html") or _make_outlook_html(text), "text/html", "qp")
    if shape in ("alternative", "outlook"):
        make = _make_gmail_html if shape == "alternative" else _make_outlook_html
        page = entry.get("html") or make(text)
        return _join(
            "alternative", [_encode_part(text, "text/plain", "qp"), _encode_part(page, "text/html", "qp")], dice
        )
    if shape == "flowed":
        return _encode_part(_flow(text), "text/plain", "8bit", "; format=flowed")
    if shape == "bare":
        return b"\n" + text.encode()
    if shape in ("7bit", "8bit", *_CHARSETS):
        text = "\n".join(_wrap(line) for line in text.split("\n"))
    return _encode_part(text, "text/plain", shape)


def _encode_part(text: str, media_type: str, way: str, parameters: str = "") -> bytes:
    way = "8bit" if way == "7bit" and not text.isascii() else way
    charset, said = _CHARSETS.get(way, ("utf-8", "utf-8"))
    content = text.encode(charset)
    encoding = {"latin1": "quoted-printable", "qp": "quoted-printable", "base64": "base64"}.get(way, "8bit")
    if encoding == "quoted-printable":
        content = quopri.encodestring(content)
    elif encoding == "base64":
        content = base64.encodebytes(content)
    head = f'Content-Type: {media_type}; charset="{said}"{parameters}\nContent-Transfer-Encoding: {encoding}\n\n'
    return head.encode() + content


def _build_attachment(attached: Mapping[str, Any]) -> bytes:
    content = attached["text"].encode() if "text" in attached else base64.b64decode(attached["base64"])
    if "rows" in attached:
        rows = (attached["rows"]["row"].replace("{n}", str(n)) for n in range(attached["rows"]["times"]))
        content += "".join(f"{row}\n" for row in rows).encode()
    name = Header(attached["name"], "utf-8").encode() if not attached["name"].isascii() else attached["name"]
    head = (
        f'Content-Type: {attached["type"]}; name="{name}"\n'
        f'Content-Disposition: attachment; filename="{name}"\nContent-Transfer-Encoding: base64\n\n'
    )
    return head.encode() + base64.encodebytes(content)


def _join(kind: str, parts: Sequence[bytes], dice: int) -> bytes:
    boundary = f"=_{kind}_{dice:x}"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
    return head + b"".join(b"--%s\n%s\n" % (boundary.encode(), part) for part in parts) + f"--{boundary}--\n".encode()


def _wrap(line: str) -> str:
    if line.startswith((">", "|")) or len(line) <= 78:
        return line
    return textwrap.fill(line, 74, break_long_words=False, break_on_hyphens=False)


def _flow(text: str) -> str:
    """Return text as RFC 3676 has it: soft breaks end in a space, and what could be taken for a quote is stuffed."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith(">") or line == "-- ":
            lines.append(line)
            continue
        wrapped = textwrap.wrap(line, 70, break_long_words=False, break_on_hyphens=False, drop_whitespace=False)
        pieces = [piece.lstrip() if place else piece for place, piece in enumerate(wrapped)] or [""]
        pieces = [piece.rstrip() + " " for piece in pieces[:-1]] + [pieces[-1].rstrip()]
        lines += [f" {piece}" if piece.startswith((" ", "From ")) else piece for piece in pieces]
    return "\n".join(lines)


def _make_gmail_html(text: str) -> str:
    blocks: list[str] = []
    for is_quote, lines in groupby(text.rstrip("\n").split("\n"), lambda line: line.startswith(">")):
        escaped = [html.escape(line.removeprefix(">").removeprefix(" ") if is_quote else line) for line in lines]
        if is_quote:
            blocks.append(f'<blockquote class="gmail_quote">{"<br>".join(escaped)}</blockquote>')
        else:
            blocks += [f"<div>{line or '<br>'}</div>" for line in escaped]
    return f'<div dir="ltr">{"".join(blocks)}</div>\n'


def _make_outlook_html(text: str) -> str:
    lines = (html.escape(line) or "&nbsp;" for line in text.rstrip("\n").split("\n"))
    body = "\n".join(f'<p class="MsoNormal">{line}<o:p></o:p></p>' for line in lines)
    return (
        '<html><head><meta name="Generator" content="Microsoft Word 15 (filtered medium)">\n'
        "<style><!-- p.MsoNormal {margin:0in; font-size:11.0pt;} --></style></head>\n"
        f'<body lang="EN-US"><div class="WordSection1">\n{body}\n</div></body></html>\n'
    )
