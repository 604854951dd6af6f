"""What every figure stands on: a database with the fixture's issuer, badge and published template, and a composer.

Here belongs making it from the product's own parts. The database is a SQLite file as the program itself opens it
(WAL, synchronous=FULL). What is mailed stands in `bench.fixture`, what the peers are given in `bench.orders`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlalchemy import Engine
from sqlmodel import Session

from badgepost.database import migrate, open_engine
from badges.links import LinkMaker
from badges.openbadges.achievement import Achieved
from badges.openbadges.signing import Algorithm, CredentialKeys
from badges.tables import Image
from badges.vault import Vault
from bench.fixture import BADGE_CLASS_ID, ISSUER_ID, NOW, Award, make_badge_class, make_facts, make_image, make_issuer
from desk.constants import Wanted, gather_constants
from desk.credentials.mailed import MailedCredentials
from desk.credentials.snapshots import keep_achievement
from desk.office import Office
from desk.publishing import Publisher
from mailer.compose import Composer
from mailer.dkim import DkimKey, Signer
from mailer.filling import Site
from mailer.keys import make_key
from mailer.mime import ImageBytes
from mailer.queue.claimed import Claimed
from mailer.queue.ledger import NewMessage, message_id_for
from mailer.templates.constants import Constants, SiteConstants
from mailer.templates.environment import TemplateSources
from mailer.templates.published import Published

TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "email"
KIND = "issuance"
SITE = Site(
    base_url="https://badges.badgepost.example",
    mail_domain="mail.badgepost.example",
    account_from="badges@badgepost.example",
    notices_from="notices@badgepost.example",
    feedback_id="badgepost",
)


@dataclass(frozen=True)
class Maker:
    """What makes mails: a composer, and what it bakes into their pictures."""

    composer: Composer
    credentials: MailedCredentials


@dataclass(frozen=True)
class Stage:
    """Everything that is there before the first mail."""

    folder: Path
    engine: Engine
    office: Office
    image: Image
    constants: Constants
    published: Published
    rsa_key: RSAPrivateKey
    key: DkimKey
    """The same key, as it signs mails."""
    achieved: Achieved
    """What the credentials of all awards name."""
    makers: Mapping[Algorithm, Maker]
    """By the algorithm of the credentials in their mails. They sign mails with the RSA key alone, as the peers do."""

    @property
    def composer(self) -> Composer:
        """The composer that a new installation has: credentials are signed with RSA, too."""
        return self.makers["RS256"].composer


def open_stage(folder: Path) -> Stage:
    """Make the database in `folder`, publish the template and make a key."""
    engine = open_engine(f"sqlite:///{folder / 'badgepost.db'}")
    migrate(engine)
    image = _write_programme(engine)
    links = LinkMaker(["a key for measuring, 32 characters"])
    site = SiteConstants(SITE.base_url, "support@badgepost.example", SITE.request_password_url)
    publisher = Publisher(site, TemplateSources.from_directory(TEMPLATES))
    wanted = Wanted(KIND, ISSUER_ID, BADGE_CLASS_ID)
    with engine.begin() as connection:
        published = publisher.publish(connection, wanted, NOW)
        constants = gather_constants(connection, wanted, site)
        achieved = keep_achievement(connection, BADGE_CLASS_ID)
    assert isinstance(published, Published), published.reason
    private_key = make_key("rsa")
    assert isinstance(private_key, RSAPrivateKey)
    key = DkimKey("badgepost.example", "bench", private_key)
    signing: dict[Algorithm, CredentialKeys] = {
        "RS256": CredentialKeys([private_key], SITE.base_url),
        "EdDSA": CredentialKeys([make_key("ed25519")], SITE.base_url, "EdDSA"),
    }
    return Stage(
        folder=folder,
        engine=engine,
        office=Office(engine, links, publisher, SITE, signing["RS256"], Vault(["a key for measuring"])),
        image=image,
        constants=constants,
        published=published,
        rsa_key=private_key,
        key=key,
        achieved=achieved,
        makers={
            algorithm: _make_maker(
                links, Signer([key]), published, image, MailedCredentials(engine, keys, SITE.base_url)
            )
            for algorithm, keys in signing.items()
        },
    )


def _make_maker(
    links: LinkMaker, signer: Signer, published: Published, image: Image, credentials: MailedCredentials
) -> Maker:
    """Return a maker that knows the one template and the one image."""
    templates = {published.digest: published}
    images = {image.digest: ImageBytes(image.media_type, image.content)}
    composer = Composer(SITE, links, signer, templates.__getitem__, images.__getitem__, credentials.load)
    return Maker(composer, credentials)


def make_message(
    award: Award, template_digest: str, facts: str | None = None, earner_id: str | None = None
) -> NewMessage:
    """Return the award's issuance mail as it is put into the ledger; facts of an invented earner unless given."""
    return NewMessage(
        idempotency_key=f"{KIND}/{award.number}",
        kind=KIND,
        stream="account",
        issuer_id=ISSUER_ID,
        rcpt_to=award.address,
        domain=award.domain,
        template_digest=template_digest,
        facts=facts or make_facts(award),
        written_at=NOW,
        due_at=NOW,
        earner_id=earner_id,
    )


def make_claimed(award: Award, template_digest: str) -> Claimed:
    """Return the same mail as a worker holds it."""
    message = make_message(award, template_digest)
    return Claimed(
        id=message.id,
        kind=message.kind,
        stream=message.stream,
        message_id=message_id_for(message.idempotency_key, SITE.mail_domain),
        issuer_id=message.issuer_id,
        earner_id=None,
        batch_id=None,
        rcpt_to=message.rcpt_to,
        domain=message.domain,
        template_digest=message.template_digest,
        facts=message.facts,
        written_at=message.written_at,
        due_at=message.due_at,
        not_later_than=None,
        attempts=0,
        fence=1,
        worker_id="bench",
    )


def _write_programme(engine: Engine) -> Image:
    image, issuer = make_image(), make_issuer()
    badge_class = make_badge_class(issuer, image)
    with Session(engine, expire_on_commit=False) as session:
        session.add_all([image, issuer])
        session.flush()
        session.add(badge_class)
        session.commit()
    return image
