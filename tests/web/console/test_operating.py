"""What the service runs on, for administrators: no secret in it, and each check says what to do."""

from tests.web.console.insiders import OURS, enter
from tests.web.house import House


def test_an_operator_sees_keys_settings_and_health(house: House) -> None:
    inside = enter(house, administrator=True)
    keys = inside.get("/console/keys").text
    data_dir = house.service.settings.data_dir
    assert "credentials-rsa.pem" in keys
    assert "No DKIM key is set" in keys
    secret = (data_dir / "secret.key").read_text()
    pem = (data_dir / "credentials-ed25519.pem").read_text().splitlines()[1]
    everything = keys + inside.get("/console/settings?show=all").text + inside.get("/console/health").text
    assert secret not in everything
    assert pem not in everything
    assert "PRIVATE" not in everything
    health = inside.get("/console/health").text
    assert "None runs, so nothing leaves" in health
    assert "Mails go to" in health


def test_nobody_else_does(house: House) -> None:
    for inside in (enter(house, manages=(OURS,)), enter(house, "sue", support=True)):
        for path in ("keys", "settings", "health"):
            assert inside.get(f"/console/{path}").status_code == 404
