"""What a credential says, word by word; and the achievement that it names."""

from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.openbadges.achievement import Achieved, Picture, Profile
from badges.openbadges.credential import build_achievement, build_claims, build_credential, build_profile
from badges.openbadges.hosted import build_assertion, build_badge_class, build_issuer
from badges.openbadges.places import Places
from tests.badges.openbadges.awards import ACHIEVED, BASE, ISSUER, attest

_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_PICTURES = st.builds(Picture, _WORDS, st.sampled_from(["image/png", "image/jpeg"]))
_PROFILES = st.builds(Profile, _WORDS, _WORDS, st.none() | _WORDS, _WORDS, st.none() | _PICTURES)
_ACHIEVED = st.builds(Achieved, _PROFILES, _WORDS, _WORDS, _WORDS, _WORDS, _PICTURES, st.none() | _WORDS)


@given(_ACHIEVED)
def test_an_achievement_is_read_as_it_was_written(achieved: Achieved) -> None:
    assert Achieved.from_json(achieved.to_json()) == achieved
    assert Achieved.from_json(achieved.to_json()).digest == achieved.digest


def test_whatever_changes_is_another_achievement() -> None:
    others = {
        replace(ACHIEVED, **{field.name: "other"}).digest
        for field in fields(Achieved)
        if field.name not in {"issuer", "image"}
    }
    others |= {replace(ACHIEVED, issuer=replace(ISSUER, website=None)).digest, ACHIEVED.digest}
    assert len(others) == len(fields(Achieved))


def test_a_credential() -> None:
    credential = build_credential(attest(), BASE)
    assert credential["@context"][:2] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert credential["id"] == "https://badges.example/credentials/credential234567"
    assert (credential["validFrom"], credential["validUntil"]) == ("2026-02-28T00:00:00Z", "2028-02-29T23:59:59Z")
    assert credential["issuer"]["id"] == "https://badges.example/issuers/issuer2345.json"
    address, name = credential["credentialSubject"]["identifier"]
    assert address["identityHash"] == "sha256$" + sha256(b"noor@mail.example" + b"0f" * 16).hexdigest()
    assert (name["identityType"], name["hashed"], name["identityHash"]) == ("name", False, "نور حداد")
    assert "noor@mail.example" not in str(credential)
    assert credential["credentialStatus"] == {
        "id": "https://badges.example/status/issuer2345/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://badges.example/status/issuer2345/1",
    }


def test_claims_stand_beside_the_credential() -> None:
    attested = attest()
    credential = build_credential(attested, BASE)
    claims = build_claims(credential, attested.valid_from, attested.valid_until)
    assert {name: claims.pop(name) for name in ("iss", "jti", "sub", "nbf", "exp")} == {
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": 1772236800,
        "exp": 1835481599,
    }
    assert claims == credential


def test_one_that_never_expires() -> None:
    attested = attest(expires_on=None)
    credential = build_credential(attested, BASE)
    assert "validUntil" not in credential
    assert "exp" not in build_claims(credential, attested.valid_from, attested.valid_until)
    assert "expires" not in build_assertion(attested, BASE)


@pytest.mark.parametrize(
    ("criteria", "description", "told"),
    [
        ("An exam.", "About it.", {"narrative": "An exam."}),
        ("", "About it.", {"narrative": "About it."}),
        ("", "", {"narrative": "Mountain First Aid"}),
        ("https://f.example/criteria?a=1", "", {"id": "https://f.example/criteria?a=1"}),
        ("https://f.example/ and more", "", {"narrative": "https://f.example/ and more"}),
        ("javascript:alert(1)", "", {"narrative": "javascript:alert(1)"}),
    ],
)
def test_criteria_are_told_or_linked(criteria: str, description: str, told: dict[str, str]) -> None:
    achieved = replace(ACHIEVED, criteria=criteria, description=description)
    assert build_achievement(achieved, Places(BASE))["criteria"] == told
    assert build_badge_class(achieved, BASE)["criteria"] == told.get("id", told)
    assert build_badge_class(achieved, BASE)["description"] == (description or "Mountain First Aid")


def test_an_issuer_without_website_and_logo() -> None:
    bare = replace(ISSUER, website=None, logo=None)
    assert set(build_profile(bare, Places(BASE))) == {"id", "type", "name", "email"}
    assert build_issuer(bare, BASE)["url"] == BASE


@pytest.mark.parametrize(
    ("told", "evidence"),
    [
        ({}, {}),
        ({"evidence_url": "https://w.example/"}, {"id": "https://w.example/", "type": ["Evidence"]}),
        ({"narrative": "At night."}, {"type": ["Evidence"], "narrative": "At night."}),
        (
            {"evidence_url": "https://w.example/", "narrative": "At night."},
            {"id": "https://w.example/", "type": ["Evidence"], "narrative": "At night."},
        ),
    ],
)
def test_evidence_is_told_if_there_is_any(told: dict[str, str], evidence: dict[str, Any]) -> None:
    attested = attest(**told)
    assert build_credential(attested, BASE).get("evidence", [{}]) == [evidence]
    assertion = build_assertion(attested, BASE)
    assert (assertion.get("evidence"), assertion.get("narrative")) == (told.get("evidence_url"), told.get("narrative"))


def test_version_2_says_the_same() -> None:
    assertion = build_assertion(attest(), BASE)
    assert assertion["recipient"]["identity"] == attest().recipient_hash
    assert (assertion["issuedOn"], assertion["expires"]) == ("2026-02-28T00:00:00Z", "2028-02-29T23:59:59Z")
    assert assertion["badge"] == build_badge_class(ACHIEVED, BASE)["id"]
    assert build_badge_class(ACHIEVED, BASE)["issuer"] == build_issuer(ISSUER, BASE)["id"]
