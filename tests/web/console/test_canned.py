"""Canned answers: written in several languages, checked, changed, removed, filled."""

import pytest

from badges.transactions import reading
from desk.requests.canned import fill_canned, list_canned
from tests.web.console.insiders import OURS, enter
from tests.web.house import House


def test_an_answer_from_first_to_last(house: House) -> None:
    support = enter(house, support=True)
    assert "No canned answers yet" in support.get("/console/canned").text
    text = "Hello {{name}},\nsee {{ reference }}. <b>"
    assert support.post("/console/canned", title="Locked <out>", en=text, de="Hallo " + "ü" * 3900).status_code == 303
    assert "Locked &lt;out&gt;" in support.get("/console/canned?said=saved").text
    taken = support.post("/console/canned", title="Locked <out>", en="Again")
    assert taken.status_code == 422
    assert "There is one with this title already." in taken.text
    for wrong, word in (("{{password}}", "password"), ("{{name", "left open")):
        refused = support.post("/console/canned", title="Other", fr=f"Bonjour {wrong}")
        assert refused.status_code == 422
        assert word in refused.text
        assert f"Bonjour {wrong}" in refused.text, "what was typed stays"
    with reading(house.service.engine).connect() as connection:
        [answer] = list_canned(connection, "de")
        assert answer.language == "de"
        [answer] = list_canned(connection, "fr")
        assert (answer.language, fill_canned(answer.text, {"reference": "BP-1"})) == ("en", "Hello,\nsee BP-1. <b>")
    form = {"title": "Locked out", "former": "Locked <out>", "en": "Shorter"}
    assert support.post("/console/canned", **form).status_code == 303
    assert "meanwhile" in support.post("/console/canned", **form).text
    assert support.get("/console/canned/edit?title=Locked+out").text.count("Shorter") == 1
    assert support.get("/console/canned/edit?title=nothing").status_code == 404
    assert support.post("/console/canned/remove", title="Locked out").status_code == 303
    assert house.one("SELECT count(*) FROM canned_answer") == 0
    assert house.one("SELECT count(*) FROM audit_event WHERE act LIKE 'canned%'") == 3
    assert enter(house, "mia", manages=(OURS,)).post("/console/canned", title="x", en="y").status_code == 404


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{name}} {{NAME}}", "Ana Ana"),
        ("{{}}{{ x }}", ""),
        ("a ,b", "a ,b"),
        ("{{ref}} ,b", ",b"),
        ("{name}", "{name}"),
    ],
)
def test_filling(text: str, filled: str) -> None:
    assert fill_canned(text, {"name": "Ana"}) == filled
