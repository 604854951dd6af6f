"""Building the service from its settings: the only place that knows every part.

Here belongs who is given what. Each part is made once. What the parts stand on (database, keys, templates) is found by
`opening`, which ends the start with a `Refusal` if anything is missing.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlmodel import col

from badgepost.opening import find_templates, open_credential_keys, open_database, read_dkim_keys, read_link_keys
from badgepost.refusal import Refusal
from badgepost.settings import Settings
from badgepost.worker import Work
from badges.accounts import LockoutPolicy
from badges.links import LinkMaker
from badges.transactions import reading
from badges.vault import Vault
from desk.checking import read_image
from desk.credentials.mailed import MailedCredentials
from desk.hooks.mails import MailHooks
from desk.office import Office
from desk.publishing import Publisher
from desk.sendings.braking import Brake, BrakingWorker
from desk.words import Intent
from mailer.compose import Composer
from mailer.delivery.limits import Limit
from mailer.delivery.memory import MemoryTransport
from mailer.delivery.outbox import OutboxTransport
from mailer.delivery.relay import Relay, Timeouts
from mailer.delivery.smtp import SmtpTransport
from mailer.delivery.transport import Transport
from mailer.dkim import Signer
from mailer.filling import Site
from mailer.mime import ImageBytes
from mailer.notices import Stream
from mailer.queue.braking import Rates
from mailer.queue.settling import Policy
from mailer.queue.tables import PublishedTemplate
from mailer.retry import RetryPolicy
from mailer.templates.constants import SiteConstants
from mailer.templates.environment import TemplateSources
from mailer.templates.published import Published


@dataclass(frozen=True)
class Service:
    """What every command works with."""

    settings: Settings
    engine: Engine
    site: Site
    office: Office


def open_service(settings: Settings) -> Service:
    """Build the service on a database that is ready. Raises `Refusal`."""
    engine = open_database(settings)
    site = Site(
        base_url=settings.base_url,
        mail_domain=settings.mail_domain,
        account_from=settings.account_from,
        notices_from=settings.notices_from,
        feedback_id=settings.feedback_id,
    )
    constants = SiteConstants(
        base_url=site.base_url,
        support_address=settings.support_address,
        request_password_url=site.request_password_url,
        name=settings.service_name,
        login_page=settings.login_page or None,
        earners_unlock=settings.lockout is LockoutPolicy.EARNER,
        logging_in_guide=settings.guides.logging_in or None,
        managing_badges_guide=settings.guides.managing_badges or None,
        sharing_guide=settings.guides.sharing or None,
    )
    sources = TemplateSources.from_directory(find_templates() / "email")
    keys = read_link_keys(settings)
    links = LinkMaker(keys)
    publisher, credentials = Publisher(constants, sources), open_credential_keys(settings)
    vault = Vault(keys)
    office = Office(
        engine,
        links,
        publisher,
        site,
        credentials,
        vault,
        settings.support_address,
        settings.lockout,
        hooks_allow=tuple(settings.hooks_allow),
        second_approval=frozenset(map(Intent, settings.second_approval)),
    )
    return Service(settings, engine, site, office)


def make_composer(service: Service, credentials: MailedCredentials) -> Composer:
    """Return what turns messages into signed mails. Raises `Refusal` if a DKIM key is missing."""
    signer = Signer(read_dkim_keys(service.settings))
    load_template, load_image = template_loader(service.engine), image_loader(service.engine)
    return Composer(service.site, service.office.links, signer, load_template, load_image, credentials.load)


def make_credentials(service: Service) -> MailedCredentials:
    """Return what is baked into the pictures of mails."""
    return MailedCredentials(service.engine, service.office.credentials, service.site.base_url)


def make_work(service: Service) -> Work:
    """Return what a worker is made of."""
    settings, credentials = service.settings, make_credentials(service)
    resend = {Stream.ACCOUNT: settings.unknown_account, Stream.NOTICES: settings.unknown_notices}
    return Work(
        engine=service.engine,
        maker=make_composer(service, credentials),
        transport=make_transport(settings),
        policy=Policy(
            retry=RetryPolicy(**settings.retry.model_dump()),
            resend_unknown=frozenset(stream.value for stream, policy in resend.items() if policy == "resend"),
        ),
        look_ahead=credentials.look_ahead,
        tell_settled=BrakingWorker(make_brake(settings), MailHooks()),
        domain_limits={domain: Limit(limit.concurrency, limit.rate) for domain, limit in settings.limits.items()},
        relay_rates={relay.name: Limit(rate=relay.rate) for relay in settings.relays if relay.rate},
    )


def make_brake(settings: Settings) -> Brake:
    """Return what pauses batches that too many complain of."""
    return Brake(Rates(settings.complaint_pause, settings.bounce_pause))


def make_transport(settings: Settings) -> Transport:
    """Return the way that mail leaves. Raises `Refusal` for files that cannot be read or made."""
    makers: dict[str, Callable[[Settings], Transport]] = {
        "outbox": lambda settings: OutboxTransport(settings.outbox_dir()),
        "smtp": _make_smtp,
        "memory": lambda _: MemoryTransport(),
    }
    try:
        return makers[settings.transport](settings)
    except OSError as error:
        raise Refusal(f"transport {settings.transport}: {error.filename}: {error.strerror}") from error


def template_loader(engine: Engine) -> Callable[[str], Published]:
    """Return a function from digest to published template; it raises `KeyError` for an unknown one."""

    def load(digest: str) -> Published:
        query = select(col(PublishedTemplate.content)).where(col(PublishedTemplate.digest) == digest)
        with reading(engine).connect() as connection:
            content = connection.execute(query).scalar_one_or_none()
        if content is None:
            raise KeyError(f"there is no published template {digest}")
        return Published.from_json(content)

    return load


def image_loader(engine: Engine) -> Callable[[str], ImageBytes]:
    """Return a function from digest to picture; it raises `KeyError` for an unknown one."""

    def load(digest: str) -> ImageBytes:
        with reading(engine).connect() as connection:
            return read_image(connection, digest)

    return load


def make_relays(settings: Settings) -> list[Relay]:
    """Return the next hops."""
    return [
        Relay(
            **relay.model_dump(exclude={"password"}),
            password=relay.password.get_secret_value() if relay.password else None,
        )
        for relay in settings.relays
    ]


def _make_smtp(settings: Settings) -> Transport:
    relays = make_relays(settings)
    return SmtpTransport(relays, settings.helo_name or socket.getfqdn(), Timeouts(**settings.timeouts.model_dump()))
