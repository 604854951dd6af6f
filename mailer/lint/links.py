"""Do the links lead somewhere, safely, and say where?

Here belong the links of the HTML part, one by one. That the text part has them too is checked in `texts`, LinkedIn's
parameters in `linkedin`.
"""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from lxml import etree

from mailer.lint.document import Document, place_of, shorten, text_of
from mailer.lint.findings import Finding
from mailer.lint.mail import Origin, RenderedMail, is_reserved
from wire.address import Address, parse_address

LONGEST = 2000
"""Characters of a URL. Outlook cuts at about 2,083."""

_SAMPLE_HOST = re.compile(
    r"(^|[.-])(your-?(domain|company|site|organi[sz]ation)|my-?(domain|site)|placeholder|change-?me)\b"
)
_VAGUE = frozenset(
    {
        "here", "click here", "click", "link", "this link", "more", "aquí", "haz clic aquí", "haga clic aquí", "ici",
        "cliquez ici", "lien", "hier", "hier klicken", "klicken sie hier",
    }
)  # fmt: skip
_OUTLOOK_HREF = re.compile(r'href="([^"]*)"')


def check_links(mail: RenderedMail, document: Document) -> Iterator[Finding]:
    """Yield a finding for each fault of each link."""
    for link in document.named("a", "area"):
        if link.get("href") is None and (link.get("name") or link.get("id")):
            continue
        yield from _check_target(mail.origin, link.get("href", "").strip(), place_of(link))
        yield from _check_text(link)
    yield from _check_outlook_links(document)


def targets_of(document: Document) -> list[str]:
    """Return where the links of the document lead, each once, in order."""
    return list(dict.fromkeys(link.get("href", "").strip() for link in document.named("a", "area") if link.get("href")))


def _check_target(origin: Origin, target: str, place: str) -> Iterator[Finding]:
    if target in {"", "#"}:
        yield Finding("link-empty", "the link leads nowhere; a value is missing", place)
        return
    try:
        url = urlsplit(target)
        _ = url.port
    except ValueError as fault:
        yield Finding("link-broken", f"no program can read this URL: {fault}", place)
        return
    if url.scheme in {"http", "https"}:
        yield from _check_web_link(origin, target, url, place)
    elif url.scheme == "mailto":
        if not isinstance(parse_address(url.path.replace("%40", "@")), Address):
            yield Finding("link-broken", "mailto: needs an email address", place)
    elif url.scheme in {"javascript", "data", "vbscript", "file"}:
        yield Finding("link-script", f"mail programs block {url.scheme}: links; lead to a page", place)
    elif url.scheme != "tel":
        yield Finding("link-relative", "a mail has no address of its own: write the whole URL, from https:// on", place)


def _check_web_link(origin: Origin, target: str, url: SplitResult, place: str) -> Iterator[Finding]:
    host = url.hostname or ""
    if not host or re.search(r"[\s\x00-\x1f<>\"{}|\\^`]", target):
        yield Finding("link-broken", "the URL has no host, or characters that must be percent-encoded", place)
        return
    if url.scheme == "http":
        if is_loopback(host) or target.startswith(origin.base_url + "/"):
            said = "this link works on this machine only; set base_url to an https:// address before real mail leaves"
            yield Finding("link-insecure-trial", said, place)
        else:
            yield Finding("link-insecure", "use https; mail programs warn of anything else", place)
    if (is_reserved(host) and not origin.is_trial and not is_loopback(host)) or _SAMPLE_HOST.search(host):
        yield Finding("link-sample", f"{host} is a sample address; put the real one", place)
    if len(target) > LONGEST:
        yield Finding("link-long", f"the URL has {len(target)} characters; Outlook may cut it at {LONGEST}", place)


def is_loopback(host: str) -> bool:
    """Tell whether a host can only be this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _check_text(link: etree._Element) -> Iterator[Finding]:
    images = " ".join(image.get("alt", "") for image in link.iter("img"))
    text = " ".join((text_of(link) + " " + images + " " + link.get("aria-label", "")).split())
    if not text:
        yield Finding(
            "link-without-text", "say what the link opens; a screen reader has nothing to read", place_of(link)
        )
    elif text.lower().rstrip(".!…") in _VAGUE:
        said = (
            f"“{shorten(text)}” does not say what the link opens; name it, as screen readers list links by their text"
        )
        yield Finding("link-vague", said, place_of(link))


def _check_outlook_links(document: Document) -> Iterator[Finding]:
    known = set(targets_of(document))
    for comment in document.root.iter(etree.Comment):
        for target in _OUTLOOK_HREF.findall(comment.text or ""):
            if _unescaped(target) not in known:
                said = "the button for Outlook leads elsewhere than any link that others see"
                yield Finding("outlook-link-differs", said, shorten(target))


def _unescaped(target: str) -> str:
    # In a comment the parser leaves references as they are.
    element = etree.fromstring(f'<a href="{target}"></a>', etree.HTMLParser())
    found = element.find(".//a") if element is not None else None
    return found.get("href", "") if found is not None else target
