"""Settings as people see them: everything is there, and no secret in clear, wherever it stands."""

from hypothesis import given
from hypothesis import strategies as st

from badgepost.settings import Settings
from badgepost.shown_settings import MASK, list_settings, mask_url

SECRET = "hunter2-hunter2-hunter2-hunter2-hunter2"


def test_secrets_are_masked_wherever_they_stand() -> None:
    settings = Settings(
        secret_keys=[SECRET],
        database_url=f"postgresql+psycopg://user:{SECRET}@db.example/badges?sslpassword={SECRET}",
        transport="smtp",
        relays=[{"host": "relay.example", "user": "us", "password": SECRET}],
        login_page=f"https://sso.example/in?token={SECRET}",
    )
    shown = {one.name: one for one in list_settings(settings)}
    assert SECRET not in str(shown)
    assert shown["relays[0].password"].value == MASK
    assert shown["relays[0].host"].value == "relay.example"
    assert shown["database_url"].value == f"postgresql+psycopg://user:{MASK}@db.example/badges?sslpassword={MASK}"
    assert shown["secret_keys[0]"].is_secret
    assert shown["web_port"].is_default
    assert not shown["database_url"].is_default
    assert {name.partition(".")[0].partition("[")[0] for name in shown} == set(Settings.model_fields)


@given(st.text(st.characters(exclude_categories=["Zs", "Cc", "Zl", "Zp"]), min_size=1))
def test_no_password_of_a_url_is_left(password: str) -> None:
    assert mask_url(f"postgresql://u:{password}@db/x").startswith(f"postgresql://u:{MASK}@")
    assert f":{password}@" not in mask_url(f"postgresql://u:{password}@db/x") or password == MASK
