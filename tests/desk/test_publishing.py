"""Publishing: what a template knows of issuer and badge, and that it is compiled and stored once."""

import pytest

from desk.constants import Wanted, gather_constants
from desk.publishing import PublishRefused
from mailer.notices import NOTICES
from mailer.templates.constants import SiteConstants
from mailer.templates.published import Published

SITE = SiteConstants("https://badges.example", "support@badges.example", "https://badges.example/password")


@pytest.fixture
def wanted(desk):
    def make(kind: str = "issuance", badge: str = "bridge", language: str | None = None) -> Wanted:
        [row] = desk.rows("SELECT id, issuer_id FROM badge_class WHERE slug = :slug", slug=badge)
        return Wanted(kind, row.issuer_id, row.id, language)

    return make


def test_constants_of_an_inline_and_a_hosted_badge(desk, wanted) -> None:
    with desk.office.engine.connect() as connection:
        inline = gather_constants(connection, wanted(), SITE)
        hosted = gather_constants(connection, wanted(badge="taller"), SITE)
    assert inline.badge.image_src.startswith("cid:")
    assert hosted.badge.image_src == f"https://badges.example/images/{hosted.badge.image_digest}.png"
    # What is drawn has twice as many pixels as it is shown with.
    assert (inline.badge.image_width, inline.badge.image_height) == (300, 300)
    assert (inline.language, hosted.language) == ("en", "es")
    assert (inline.linkedin.organization_id, hosted.linkedin.organization_id) == (1337, None)
    assert (inline.sender_name, inline.issuer.logo_url) == ("American Society of Example Engineers", None)


def test_a_kind_without_badge_has_none(desk, wanted) -> None:
    with desk.office.engine.connect() as connection:
        constants = gather_constants(connection, wanted("password_link"), SITE)
    assert constants.badge is None
    assert constants.wording is None


def test_replies_go_where_the_issuer_wants_them_if_it_speaks(desk, wanted) -> None:
    desk.change("UPDATE issuer SET reply_address = 'office@asee.example'")
    with desk.office.engine.connect() as connection:
        for kind, address in (("issuance", "office@asee.example"), ("password_link", None), ("not_me_report", None)):
            assert gather_constants(connection, wanted(kind), SITE).reply_address == address


def test_pictures_are_shown_in_proportion_and_never_enlarged(desk, wanted) -> None:
    for size, shown in (((1200, 600), (300, 150)), ((64, 48), (64, 48)), ((4000, 1), (300, 1))):
        desk.change("UPDATE image SET width = :width, height = :height", width=size[0], height=size[1])
        with desk.office.engine.connect() as connection:
            badge = gather_constants(connection, wanted(), SITE).badge
        assert (badge.image_width, badge.image_height) == shown


@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
def test_every_kind_is_published_in_every_language(desk, wanted, language: str) -> None:
    for kind in NOTICES:
        with desk.office.engine.begin() as connection:
            published = desk.office.publisher.publish(connection, wanted(kind, language=language), desk.now)
        assert isinstance(published, Published), kind
        [row] = desk.rows("SELECT * FROM published_template WHERE digest = :digest", digest=published.digest)
        assert (row.kind, row.language) == (kind, language)
        assert Published.from_json(row.content) == published


def test_what_is_prepared_is_not_stored_and_publishing_twice_stores_once(desk, wanted) -> None:
    with desk.office.engine.begin() as connection:
        prepared = desk.office.publisher.prepare(connection, wanted())
    assert desk.rows("SELECT * FROM published_template") == []
    for _ in range(2):
        with desk.office.engine.begin() as connection:
            assert desk.office.publisher.publish(connection, wanted(), desk.now) is prepared
    assert desk.one("SELECT count(*) FROM published_template") == 1


def test_another_name_is_another_template(desk, wanted) -> None:
    with desk.office.engine.begin() as connection:
        before = desk.office.publisher.publish(connection, wanted(), desk.now)
    desk.change("UPDATE badge_class SET name = 'Bridge Builder' WHERE slug = 'bridge'")
    with desk.office.engine.begin() as connection:
        after = desk.office.publisher.publish(connection, wanted(), desk.now)
    assert before.digest != after.digest
    assert desk.one("SELECT count(*) FROM published_template") == 2


def test_a_language_without_catalogue_is_refused_in_one_line(desk, wanted) -> None:
    with desk.office.engine.begin() as connection:
        refused = desk.office.publisher.publish(connection, wanted(language="tlh"), desk.now)
    assert isinstance(refused, PublishRefused)
    assert "tlh" in refused.reason
    assert "\n" not in refused.reason
    assert desk.rows("SELECT * FROM published_template") == []
