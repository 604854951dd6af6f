"""The badge saved from a mail, before judges that are not ours: it is the signed credential of that very award."""

import io
from datetime import timedelta

import pytest
from openbadgeslib.errors import ErrorParsingFile
from openbadgeslib.ob2 import OB2Verifier
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from PIL import Image

from badgepost.wiring import make_composer, make_credentials
from badges.openbadges.baking import bake_png, unbake
from badges.tables import Image as StoredImage
from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueOrder
from desk.reminders import remind
from desk.renaming import Renamed, rename_earner
from mailer.queue.claiming import claim
from mailer.queue.leases import register
from tests.pngs import picture_in, read_chunks, without_padding
from tests.web.house import House
from tests.web.judging import ADDRESS, Award, issue_award


class MailedAward(Award):
    """A fresh award, as its earner comes by it: saved from the one mail about it in the outbox of a real worker."""

    @property
    def png(self) -> bytes:
        [mail] = self.house.mails_to(ADDRESS)
        return picture_in(mail)


@pytest.fixture
def award(house: House) -> MailedAward:
    return MailedAward(house, issue_award(house))


def test_a_badge_saved_from_the_mail_is_a_credential_that_others_accept(award: MailedAward) -> None:
    picture, house = award.png, award.house
    token = OB3Verifier.extract_token_from_png(picture)
    assert award.verify(token).id == f"{house.base_url}/credentials/{award.id}"
    assert token == house.get(f"/credentials/{award.id}").text == unbake(picture)
    document = OB2Verifier.extract_token_from_png(picture)
    assert OB2Verifier(download=award.fetch).verify_hosted(document, expected_recipient=ADDRESS)


def test_it_is_the_file_that_the_badge_page_offers(award: MailedAward) -> None:
    picture = award.png
    offered = award.house.get(f"/badges/{award.id}/badge.png").content
    assert without_padding(picture) == offered
    assert [name for name, _ in read_chunks(picture)][:4] == [b"IHDR", b"iTXt", b"iTXt", b"paDd"]
    with Image.open(io.BytesIO(picture)) as image:
        image.verify()
    with Image.open(io.BytesIO(picture)) as saved, Image.open(io.BytesIO(offered)) as file:
        assert saved.tobytes() == file.tobytes()


def test_one_altered_byte_is_seen(award: MailedAward) -> None:
    picture, token = award.png, award.token
    start = picture.index(token.encode())
    for place in (token.index(".") + 1, len(token) // 2, len(token) - 2):
        other = "A" if token[place] != "A" else "B"
        altered = picture[: start + place] + other.encode() + picture[start + place + 1 :]
        with pytest.raises(ErrorParsingFile, match="Checksum"):
            OB3Verifier.extract_token_from_png(altered)
        mended = bake_png(picture, token[:place] + other + token[place + 1 :])
        with pytest.raises(OB3VerificationError):
            award.verify(OB3Verifier.extract_token_from_png(mended))


def test_a_revocation_after_the_mail_is_seen(award: MailedAward) -> None:
    token = award.token
    award.verify(token)
    award.mark("state = 'revoked'")
    with pytest.raises(OB3VerificationError, match="revocation"):
        award.verify(token)


def test_a_reminder_brings_it_too(award: MailedAward) -> None:
    token, house = award.token, award.house
    house.clock.pass_by(timedelta(days=8))
    assert remind(house.service.office, house.clock()) > 0
    mails = house.mails_to(ADDRESS)
    assert len(mails) == 2
    assert {unbake(picture_in(mail)) for mail in mails} == {token}


def test_a_mail_that_waits_while_the_name_changes_brings_the_new_credential(award: MailedAward) -> None:
    house = award.house
    earner_id = str(house.one("SELECT earner_id FROM assertion WHERE id = :id", id=award.id))
    renamed = rename_earner(house.service.office, earner_id, "Noor Haddad-Lind", house.clock())
    assert isinstance(renamed, Renamed)
    [mail] = [mail for mail in house.mails_to(ADDRESS) if mail.get_content_type() and "image/png" in str(mail)]
    credential = award.verify(OB3Verifier.extract_token_from_png(picture_in(mail)))
    assert credential.raw is not None
    assert credential.raw["credentialSubject"]["identifier"][1]["identityHash"] == "Noor Haddad-Lind"


def test_of_many_mails_at_once_each_brings_its_own(house: House) -> None:
    names = {f"earner{number}@mail.example": f"Earner No {number}" for number in range(40)}
    lines = "".join(f"{address},{name}\n" for address, name in names.items())
    badge = str(house.one("SELECT slug FROM badge_class ORDER BY slug LIMIT 1"))
    order = IssueOrder(badge, io.BytesIO(f"email,name\n{lines}".encode()), "many.csv")
    assert isinstance(issue_roster(house.service.office, order, house.clock()), Issued)
    by_address = {str(mail["To"].addresses[0].addr_spec): mail for mail in house.deliver()}
    for address in names:
        served = house.get(f"/credentials/{house.award_of(address)}").text
        assert unbake(picture_in(by_address[address])) == served
    assert len({picture_in(by_address[address]) for address in names}) == len(names)


@pytest.mark.parametrize("credential", [None, "nosuch"])
def test_a_message_from_before_has_the_plain_picture(award: MailedAward, credential: str | None) -> None:
    house = award.house
    house.change_json("message", "facts", credential=credential)
    digest = house.one(
        "SELECT image_digest FROM badge_class b JOIN assertion a ON a.badge_class_id = b.id WHERE a.id = :id",
        id=award.id,
    )
    stored = house.one(f"SELECT content FROM {StoredImage.__tablename__} WHERE digest = :digest", digest=digest)
    assert award.png == stored


def test_the_same_row_gives_the_same_picture_whoever_makes_it_and_when(award: MailedAward) -> None:
    service, now = award.house.service, award.house.clock()
    with service.engine.begin() as connection:
        worker = register(connection, "lease", "worker", "here", now)
        [message] = [each for each in claim(connection, worker, 500, now).messages if each.rcpt_to == ADDRESS]
    mails = []
    for days in (0, 3):
        credentials = make_credentials(service)
        if days:
            with service.engine.connect() as connection:
                credentials.look_ahead(connection, [message])
        mails.append(make_composer(service, credentials).compose(message, now + timedelta(days=days)).data)
    first, later = (mail[mail.index(b"Content-Type: image/png") :] for mail in mails)
    assert first == later
