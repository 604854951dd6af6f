"""The pages: whether links in mails lead to this very service, and one click of a mail program is enough (RFC 8058)."""

import re
from collections.abc import Iterator

from badgepost.doctor.asking_web import NoAnswer, WebAnswer, ask
from badgepost.doctor.next_hop import judge_certificate
from badgepost.doctor.patient import Patient
from badgepost.doctor.results import Result, failed, passed, unknown, warned
from desk.unsubscribing import mint_probe

_FORM = "List-Unsubscribe=One-Click"
"""RFC 8058 section 3.1."""
_HALF_A_YEAR = 180 * 86_400
_MAX_AGE = re.compile(r"max-age=\"?([0-9]{1,12})", re.IGNORECASE)


def check_web(patient: Patient) -> Iterator[Result]:
    """Does something answer at base_url, with a certificate that will do for a while?"""
    url = patient.settings.base_url
    found = ask(f"{url}/healthz", patient.patience)
    if isinstance(found, NoAnswer):
        yield _judge_silence(patient, url, found)
        return
    if found.certificate_ends is not None:
        problem = judge_certificate(url, found.certificate_ends, patient.clock())
        if problem is not None:
            yield problem
    if found.status != 200:
        yield failed(
            f"{url}/healthz answers {found.status}", "let the web server in front pass everything on to web_port"
        )
        return
    yield passed(f"{url}/healthz answers")
    if url.startswith("https://"):
        yield from _judge_hsts(url, found)


def check_one_click(patient: Patient) -> Iterator[Result]:
    """Does the POST of a mail program reach this service through base_url, without log-in, cookie or redirect?

    The token is one that this service alone can make and knows for a probe: nobody is unsubscribed.
    """
    url, now = patient.settings.base_url, patient.clock()
    token = mint_probe(patient.service.office, now)
    found = ask(f"{url}/unsubscribe/{token}", patient.patience, _FORM)
    if isinstance(found, NoAnswer):
        yield _judge_silence(patient, url, found)
        return
    if 300 <= found.status < 400:
        seen = f"the POST is sent on to {found.headers.get('location', 'another page')} (RFC 8058 allows no redirect)"
        yield failed(
            seen, "let base_url be the address where the pages are, and the web server in front send nobody on"
        )
    elif found.status == 404:
        seen = f"{url} leads to something that does not know our links"
        yield failed(seen, "let base_url lead to this service, and give all machines the same secret_keys and database")
    elif not 200 <= found.status < 300:
        seen = f"the POST is answered with {found.status}: people who unsubscribe will press “spam” instead"
        yield failed(
            seen, "let the web server in front pass POST /unsubscribe/… on, without log-in or other protection"
        )
    else:
        yield _tell_apart(patient, url)


def _tell_apart(patient: Patient, url: str) -> Result:
    """Whatever says yes to everything is not this service."""
    forged = ask(f"{url}/unsubscribe/forged", patient.patience, _FORM)
    if isinstance(forged, WebAnswer) and forged.status == 404:
        return passed("one POST without cookies is enough, and it reaches this service")
    said = forged.status if isinstance(forged, WebAnswer) else forged.reason
    seen = f"{url} answers a forged link with {said}: it is not this service that answers"
    return failed(seen, "let base_url lead to this service")


def _judge_silence(patient: Patient, url: str, silent: NoAnswer) -> Result:
    seen = f"{url} does not answer: {silent.reason}"
    if silent.is_untrusted:
        return failed(seen, "have a certificate for that name made; no browser goes on")
    # A network may keep its own machines from its outer address: others can come in all the same.
    remedy = "start badgepost serve; where it runs, open the address from elsewhere"
    return warned(seen, remedy) if patient.sends else unknown(seen, remedy)


def _judge_hsts(url: str, found: WebAnswer) -> Iterator[Result]:
    age = _MAX_AGE.search(found.headers.get("strict-transport-security", ""))
    if age is None or int(age[1]) < _HALF_A_YEAR:
        yield warned(
            f"{url} does not tell browsers to come by https alone (HSTS)",
            "add the header in the web server in front",
            "Strict-Transport-Security: max-age=31536000",
        )
