import time
from dataclasses import replace
from pathlib import Path

import pytest

from mailer.notices import NOTICES
from mailer.templates.constants import Constants
from mailer.templates.environment import TemplateSources
from mailer.templates.faults import PublishFault, Refusal
from mailer.templates.placeholders import Words
from mailer.templates.published import Published
from mailer.templates.publishing import publish
from mailer.templates.wording import NAME, OUTPUT_LIMIT, SOURCE_LIMIT, WordingSource

REFUSED = (Path(__file__).resolve().parents[2] / "data" / "wording" / "refused.txt").read_text(encoding="utf-8")
SOURCES = [block for block in REFUSED.partition("\n")[2].rstrip("\n").split("\n----\n")]

SOUND = """\
<p>Dear {{ earner_name }}, well done &amp; welcome at <strong>{{ issuer_name|upper }}</strong>.<br>
{% if expires_on %}Your {{ badge_name }} is valid until <em>{{ expires_on }}</em>.{% else %}It stays.{% endif %}</p>
<ul><li>Read <a href="https://mueller.example/start?a=1&amp;b=2">the first steps</a></li><li>Rest</li></ul>
<ol><li>Write to <a href="mailto:hilfe@mueller.example">hilfe@mueller.example</a></li>
<li><a href="{{ badge_url }}">Look</a></li></ol>
"""


def publish_with(wording: str, constants: Constants, sources: TemplateSources) -> Published | PublishFault:
    return publish("issuance", replace(constants, wording=wording), sources)


@pytest.mark.parametrize("source", SOURCES)
def test_everything_that_could_do_harm_is_refused(
    source: str, constants: Constants, sound_sources: TemplateSources
) -> None:
    began = time.monotonic()
    fault = publish_with(f"<p>first line</p>\n{source}", constants, sound_sources)
    assert isinstance(fault, PublishFault)
    assert fault.template in {NAME, "issuance.html"}
    assert fault.template != NAME or fault.line in {1, 2}
    assert time.monotonic() - began < 10


def test_there_are_many_attacks() -> None:
    assert len(SOURCES) > 100


def test_html_and_text_of_a_sound_wording(constants: Constants, sound_sources: TemplateSources) -> None:
    published = publish_with(SOUND, constants, sound_sources)
    assert isinstance(published, Published)
    values = {slot.name: f"https://x.example/{slot.name}" for slot in NOTICES["issuance"].slots}
    values |= {"earner_name": "Anna <b>", "expires_on": "November 2028"}
    html = published.render_html(values)
    assert "<p>Dear Anna &lt;b&gt;, well done &amp; welcome at <strong>MÜLLER &amp; SÖHNE</strong>." in html.replace(
        ' style="font-size:16px"', ""
    )
    assert '<a href="https://mueller.example/start?a=1&amp;b=2">the first steps</a>' in html
    assert '<a href="https://x.example/badge_url">Look</a>' in html
    text = published.render_text(values)
    assert (
        "Dear Anna <b>, well done & welcome at MÜLLER & SÖHNE.\n"
        "Your C <Basics> is valid until November 2028.\n"
        "\n"
        "- Read the first steps <https://mueller.example/start?a=1&b=2>\n"
        "- Rest\n"
        "1. Write to hilfe@mueller.example\n"
        "2. Look <https://x.example/badge_url>\n"
    ) in text


def test_the_other_branch(constants: Constants, sound_sources: TemplateSources) -> None:
    published = publish_with(SOUND, constants, sound_sources)
    assert isinstance(published, Published)
    values: dict[str, str | None] = {slot.name: "https://x.example/" for slot in NOTICES["issuance"].slots}
    values |= {"expires_on": None, "linkedin_expires": None}
    assert "It stays." in published.render_text(values)


def test_constants_are_escaped_and_never_run(constants: Constants, sound_sources: TemplateSources) -> None:
    named = replace(constants, issuer=replace(constants.issuer, name="{{ 7*7 }}<script>"))
    published = publish_with("<p>{{ issuer_name }}</p>", named, sound_sources)
    assert isinstance(published, Published)
    values = {slot.name: "https://x.example/" for slot in NOTICES["issuance"].slots}
    assert "{{ 7*7 }}&lt;script&gt;</p>" in published.render_html(values)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x" * (SOURCE_LIMIT + 1), "longer than"),
        ("{{ issuer_name }}" * 200, "longer than"),
        ("{{ " + "(" * 3000 + "issuer_name" + ")" * 900 + " }}", "nested too deeply"),
    ],
)
def test_limits(source: str, reason: str, constants: Constants) -> None:
    long_name = replace(constants, issuer=replace(constants.issuer, name="x" * (OUTPUT_LIMIT // 100)))
    words = Words(NOTICES["issuance"].slots)
    with pytest.raises(Refusal, match=reason):
        WordingSource(source, words, long_name).render(words.placeholders(frozenset()))


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("<p>one</p>\n<p>two</p>\n{{ range(3) }}", 3),
        ("{% if expires_on %}\n<p>x</p>\n{% endif %}\n<b>x</b>", 4),
        ("{% if expires_on %}{% else %}\n\n<p>x</p>\n{% endif %}\n<b>x</b>", 5),
        ("<p>\n\n{{ issuer_name", 3),
    ],
)
def test_the_line_is_told(source: str, line: int, constants: Constants, sound_sources: TemplateSources) -> None:
    fault = publish_with(source, constants, sound_sources)
    assert isinstance(fault, PublishFault)
    assert (fault.template, fault.line) == (NAME, line)


def test_an_empty_wording_is_none(constants: Constants, sound_sources: TemplateSources) -> None:
    published = publish_with(" \n ", constants, sound_sources)
    assert published == publish("issuance", constants, sound_sources)
