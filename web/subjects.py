"""From an award to what documents and pictures are made from, and where its card is found.

Here belong the choice of values and the look-up of pictures. What is made of them stands in `badges.rendering`.
"""

from sqlalchemy import Engine, select
from sqlmodel import col

from badges.rendering.card import version_of_card
from badges.rendering.subject import Pictures, Subject
from badges.rendering.words import language_of
from badges.tables import Image
from badges.transactions import reading
from web.awards import Award


def make_subject(award: Award, language: str | None) -> Subject:
    """Return what a document in `language` is about; None: in the language of the issuer, as what everybody sees."""
    return Subject(
        assertion_id=award.id,
        language=language_of(language, award.issuer_language),
        standing=award.standing,
        badge_name=award.name,
        description=award.description,
        image_alt=award.image_alt,
        earner_name=award.earner_name,
        issuer_name=award.issuer_name,
        brand_color=award.brand_color,
        issued_on=award.issued_on,
        expires_on=award.expires_on,
        url=award.url,
        image_digest=award.image_digest,
        logo_digest=award.logo_digest,
    )


def read_pictures(engine: Engine, subject: Subject) -> Pictures:
    """Return the pictures that `subject` names."""
    logo = read_image(engine, subject.logo_digest) if subject.logo_digest else None
    return Pictures(read_image(engine, subject.image_digest), logo)


def read_image(engine: Engine, digest: str) -> bytes:
    """Return the bytes of an image on record, whatever it is. Rows of images never go."""
    query = select(col(Image.content)).where(col(Image.digest) == digest)
    with reading(engine).connect() as connection:
        content: bytes = connection.execute(query).scalar_one()
    return content


def path_of_card(award: Award) -> str:
    """Return the path of the card that is shown beside a shared link: another one whenever it would look otherwise."""
    return f"/badges/{award.id}/card-{version_of_card(make_subject(award, None))}.png"
