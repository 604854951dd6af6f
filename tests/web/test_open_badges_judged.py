"""Credentials of really issued awards before judges that are not ours: openbadgeslib, jose and Digital Bazaar's lists.

Everything they look at is fetched from the running service. They go by the machine's clock, so the service does, too.
"""

import json

import pytest
from jwt import PyJWK, get_unverified_header
from openbadgeslib.ob2 import OB2VerificationError, OB2Verifier
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from badges.openbadges.baking import unbake
from desk.renaming import Renamed, rename_earner
from tests.node_tools import judge
from tests.web.house import House
from tests.web.judging import Award, issue_award


@pytest.fixture
def award(house: House) -> Award:
    return Award(house, issue_award(house))


def test_the_credential_in_the_picture_is_accepted(award: Award) -> None:
    credential = award.verify(award.token)
    assert credential.id == f"{award.house.base_url}/credentials/{award.id}"
    assert credential.raw is not None
    assert credential.raw["credentialSubject"]["identifier"][1]["identityHash"] == "Noor Haddad"
    assert credential.raw["evidence"] == [
        {"id": "https://work.example/noor?a=1#led", "type": ["Evidence"], "narrative": "“Led” a <rescue>"}
    ]
    assert unbake(award.png) == award.token == award.house.get(f"/credentials/{award.id}").text
    svg = award.house.get(f"/badges/{award.id}/badge.svg").content
    assert OB3Verifier.extract_token_from_svg(svg) == award.token


def test_it_is_refused_whichever_character_is_changed(award: Award) -> None:
    token = award.token
    key = PyJWK.from_json(award.fetch(get_unverified_header(token)["kid"]).decode()).key
    verifier = OB3Verifier(key)
    verifier.verify(token)
    for place, character in enumerate(token):
        with pytest.raises(OB3VerificationError):
            verifier.verify(token[:place] + _other(character) + token[place + 1 :])


def test_a_revocation_is_seen_and_so_is_taking_it_back(award: Award) -> None:
    token = award.token
    award.mark("state = 'revoked'")
    with pytest.raises(OB3VerificationError, match="revocation"):
        award.verify(token)
    award.mark("state = 'issued'")
    award.verify(token)
    award.mark("held_at = 1")
    with pytest.raises(OB3VerificationError, match="revocation"):
        award.verify(token)


def test_what_its_owner_hides_can_still_be_verified_by_whoever_has_the_file(award: Award) -> None:
    token = award.token
    award.mark("hidden_at = 1")
    assert award.house.get(f"/credentials/{award.id}").status_code == 404
    award.verify(token)


def test_a_replaced_credential_no_longer_counts_and_says_what_does(award: Award) -> None:
    old, house = award.token, award.house
    earner_id = str(house.one("SELECT earner_id FROM assertion WHERE id = :id", id=award.id))
    renamed = rename_earner(house.service.office, earner_id, "Noor Haddad-Lind", house.clock())
    assert isinstance(renamed, Renamed)
    with pytest.raises(OB3VerificationError, match="revocation"):
        award.verify(old)
    newer = award.verify(award.token)
    assert newer.raw is not None
    assert newer.raw["credentialSubject"]["identifier"][1]["identityHash"] == "Noor Haddad-Lind"
    assert newer.raw["evidence"][0]["id"] == "https://work.example/noor?a=1#led"
    told = house.get(f"/credentials/{award.id}")
    assert told.status_code == 410
    assert told.json()["replacedBy"] == newer.id
    assert told.links["successor-version"]["url"] == newer.id
    refreshed = house.get(f"{house.base_url}/credentials/{award.id}/newest").text
    assert refreshed == award.token


@pytest.mark.needs("node", "npm")
def test_npm_packages_think_the_same(award: Award) -> None:
    token = award.token
    assert judge("verify", {"credential": token}) == {"answer": {"isSet": False, "length": 131_072}}
    header, payload, signature = token.split(".")
    forged = ".".join((header, payload, _other(signature[0]) + signature[1:]))
    assert "signature verification failed" in judge("verify", {"credential": forged})["refused"]
    award.mark("state = 'revoked'")
    assert judge("verify", {"credential": token})["answer"]["isSet"] is True


@pytest.mark.needs("node", "npm")
def test_every_term_is_defined_in_the_contexts_that_others_publish(award: Award) -> None:
    credential = award.house.get(f"/credentials/{award.id}.json").json()
    subject = credential["credentialSubject"]
    documents = [
        credential,
        award.house.get(credential["issuer"]["id"]).json(),
        award.house.get(subject["achievement"]["id"]).json(),
    ]
    assert judge("expand", documents) == {"answer": {"expanded": 3}}
    unknown = judge("expand", [{**credential, "invented": "term"}])
    assert "Safe mode" in unknown["refused"]


class TestEd25519:
    """The other algorithm, where the settings choose it."""

    @pytest.fixture(autouse=True)
    def _algorithm(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BADGEPOST_CREDENTIAL_ALGORITHM", "EdDSA")

    @pytest.mark.needs("node", "npm")
    def test_it_is_accepted_as_well(self, award: Award) -> None:
        token = award.token
        assert get_unverified_header(token)["alg"] == "EdDSA"
        award.verify(token)
        assert judge("verify", {"credential": token})["answer"]["isSet"] is False


class TestVersion2:
    """The hosted assertion, at an address with TLS as the verifier wants it."""

    @pytest.fixture
    def base_url(self) -> str:
        return "https://badges.example"

    @pytest.fixture
    def secure(self, award: Award, monkeypatch: pytest.MonkeyPatch) -> Award:
        def fetch(url: str) -> bytes:
            path = url.removeprefix("https://badges.example")
            return award.house.get(path, host="badges.example").raise_for_status().content

        monkeypatch.setattr(award, "fetch", fetch)
        return award

    def test_it_is_accepted_for_its_recipient(self, secure: Award) -> None:
        assert secure.verify_2() is not None
        document = OB2Verifier.extract_token_from_png(secure.png)
        with pytest.raises(OB2VerificationError):
            OB2Verifier(download=secure.fetch).verify_hosted(document, expected_recipient="else@mail.example")

    def test_a_revoked_one_is_refused_and_says_why(self, secure: Award) -> None:
        document = OB2Verifier.extract_token_from_png(secure.png)
        secure.mark("state = 'revoked', revocation_reason = 'Awarded by mistake'")
        with pytest.raises(OB2VerificationError):
            OB2Verifier(download=secure.fetch).verify_hosted(document)
        told = secure.house.get(f"/ob2/assertions/{secure.id}")
        assert told.status_code == 410
        assert told.json()["revoked"] is True
        assert told.json()["revocationReason"] == "Awarded by mistake"
        assert json.loads(document)["id"] == told.json()["id"]


def _other(character: str) -> str:
    """Return another character of base64url, different in a bit that counts even at the end of a segment."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "A" if character == "." else alphabet[alphabet.index(character) ^ 32]
