"""Tokens in the console: made, shown once, used, revoked; never of another issuer."""

import re

from tests.web.console.insiders import OURS, THEIRS, enter
from tests.web.house import House

PAGE = f"/console/issuers/{OURS}/access"


def test_a_token_is_made_shown_once_used_and_revoked(house: House) -> None:
    kim = enter(house, manages=(OURS,))
    assert "No token yet" in kim.get(PAGE).text
    refused = kim.post(f"{PAGE}/tokens", name="kim@staff.example")
    assert refused.status_code == 422
    assert refused.text.count('role="alert"') == 1
    page = kim.post(f"{PAGE}/tokens", name="<b>registrar", scopes=["read", "issue", "everything"], days="30")
    token = re.search("bp_[A-Za-z0-9_-]{43}", page.text)
    assert token
    assert page.headers["cache-control"] == "no-store"
    assert "<b>" not in page.text
    again = kim.post(f"{PAGE}/tokens", name="<b>registrar", scopes=["read"], days="30")
    assert again.status_code == 422, "a reload makes no other"
    assert token[0] not in kim.get(PAGE).text
    assert token[0] not in "\n".join(house.dump())
    bearer = {"authorization": f"Bearer {token[0]}"}
    assert house.get("/api/v1/badges", **bearer).status_code == 200
    house.settle()
    assert "never" not in kim.get(PAGE).text
    token_id = house.one("SELECT id FROM api_token")
    assert (
        enter(house, "uma", manages=(THEIRS,))
        .post(f"/console/issuers/{THEIRS}/access/tokens/{token_id}/revoke")
        .status_code
        == 404
    )
    assert house.get("/api/v1/badges", **bearer).status_code == 200
    assert kim.post(f"{PAGE}/tokens/{token_id}/revoke").status_code == 303
    assert house.get("/api/v1/badges", **bearer).status_code == 401
    assert kim.post(f"{PAGE}/tokens/{token_id}/revoke").status_code == 303
    assert house.one("SELECT count(*) FROM audit_event WHERE act LIKE 'token_%'") == 2
