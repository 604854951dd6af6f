"""Settings that are unsafe, contradict one another, or were left as they are shipped."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from badgepost.doctor.patient import Patient
from badgepost.doctor.results import Result, failed, passed, warned
from badgepost.settings import SHORTEST_KEY, Settings
from mailer.delivery.connecting import THIS_MACHINE
from mailer.lint.links import is_loopback
from mailer.lint.mail import is_reserved
from wire.misspelling import LARGE_PROVIDERS

_FEW_CHARACTERS = 10
"""Different ones in a key that nobody has drawn by lot."""


def check_settings(patient: Patient) -> Iterator[Result]:
    """Look at the settings alone; nothing is asked."""
    found = [*_check_trial(patient.settings), *_check_names(patient.settings), *_check_keys(patient.settings)]
    found += _check_relays(patient.settings)
    yield from found
    if not found:
        yield passed("nothing unsafe, nothing that contradicts itself")


def check_base_url(patient: Patient) -> Iterator[Result]:
    """Can whoever gets a mail follow its links?"""
    url = patient.settings.base_url
    host = urlsplit(url).hostname or ""
    if not patient.sends:
        yield passed(f"{url}, in a trial")
    elif is_loopback(host):
        yield failed(f"links lead to {url}, which is this machine for everybody", 'set base_url = "https://…"')
    elif not url.startswith("https://"):
        yield failed(f"links lead to {url}, in the clear", f'set base_url = "https://{host}" behind a server with TLS')
    elif is_reserved(host):
        yield failed(f"links lead to {url}, an example name", "set base_url to your own")
    else:
        yield passed(url)


def check_freemail(patient: Patient) -> Iterator[Result]:
    """Is From in a domain of a large provider, which nobody else may send for?"""
    found = [domain for domain in patient.from_domains if domain in LARGE_PROVIDERS]
    for domain in found:
        seen = f"From is in {domain}, whose owner lets nobody else send for it"
        yield failed(seen, "set account_from and notices_from to addresses of a domain of your own")
    if not found:
        yield passed(f"From is in {' and '.join(patient.from_domains)}, none of a large provider")


def _check_trial(settings: Settings) -> Iterator[Result]:
    host = urlsplit(settings.base_url).hostname or ""
    is_public = settings.base_url.startswith("https://") and not is_loopback(host) and not is_reserved(host)
    if settings.transport != "smtp" and is_public:
        seen = f"pages are public at {settings.base_url}, and transport is “{settings.transport}”: nobody gets a mail"
        yield warned(seen, 'set transport = "smtp" and [[relays]] when people are to get mail')
    if settings.transport != "smtp":
        return
    domains = {"mail_domain": settings.mail_domain} | {
        name: getattr(settings, name).rpartition("@")[2] for name in ("support_address", "account_from", "notices_from")
    }
    left = [f"{name} ({domain})" for name, domain in domains.items() if is_reserved(domain)]
    if left:
        yield failed(f"example names were left: {', '.join(left)}", "set your own: nobody can answer or verify these")
    if settings.feedback_id == Settings.model_fields["feedback_id"].default:
        seen = f"feedback_id is “{settings.feedback_id}”, as it is shipped"
        yield warned(seen, "set your own, by which Gmail's Postmaster Tools tell your mail from others'")


def _check_names(settings: Settings) -> Iterator[Result]:
    if settings.account_from.lower() == settings.notices_from.lower():
        seen = f"account_from and notices_from are both {settings.account_from}"
        yield warned(seen, "give notices an address of their own: who blocks those should still get password links")
    helo = settings.helo_name or socket.getfqdn()
    if settings.transport == "smtp" and ("." not in helo.strip(".") or helo.endswith(".localdomain")):
        yield warned(
            f"relays are greeted as {helo}, which is no full name", "set helo_name to this machine's full name"
        )


def _check_keys(settings: Settings) -> Iterator[Result]:
    keys = [key.get_secret_value() for key in settings.secret_keys]
    if len(set(keys)) < len(keys):
        yield warned("secret_keys names the same key twice", "name each once, the newest last")
    if any(len(set(key)) < _FEW_CHARACTERS for key in keys):
        seen = f"a key in secret_keys has {SHORTEST_KEY} characters or more, but hardly different ones"
        yield failed(
            seen, "links can be forged with it: bring in another by badgepost keys rotate, and take this one out"
        )


def _check_relays(settings: Settings) -> Iterator[Result]:
    if settings.transport != "smtp":
        return
    for relay in settings.relays:
        if relay.tls == "none" and relay.host not in THIS_MACHINE and not is_loopback(relay.host):
            seen = f"mail goes to {relay.host} in the clear (relays.tls of “{relay.name}”)"
            yield warned(seen, 'set tls = "starttls"; Gmail asks for TLS on the way')
