"""Dockerfile, .dockerignore and compose.yaml: read as text, because no container runs where tests run."""

import os
import re
import shlex
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from badgepost import listening, serving
from badgepost.cli.commands import SECTIONS
from badgepost.settings import Settings
from web.probes import router

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {name for section in SECTIONS.values() for name in section}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OWN = {name: service for name, service in SERVICES.items() if name != "database"}
_HEALTH = "http://127.0.0.1:8000/healthz"
_PINNED_IMAGE = re.compile(r"[a-z]+:\d+(?:\.\d+)*(?:-[a-z0-9-]+)?")


def read_stages() -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage: name and argument, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    stages: list[list[tuple[str, str]]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, argument = line.partition(" ")
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, argument.strip()))
    return stages


STAGES = read_stages()
LAST = dict(STAGES[-1])
LAST_TEXT = "\n".join(f"{name} {argument}" for name, argument in STAGES[-1])


def make_settings(variables: dict[str, str]) -> Settings:
    with patch.dict(os.environ, {name: value for name, value in variables.items() if name != "BADGEPOST_CONFIG"}):
        return Settings()


def test_images_are_pinned_and_named_without_a_registry() -> None:
    named = [argument.split()[0] for stage in STAGES for name, argument in stage if name == "FROM"]
    assert len(named) == 2
    assert all(_PINNED_IMAGE.fullmatch(image) for image in [*named, SERVICES["database"]["image"]])


def test_what_is_copied_is_there_and_nothing_else_is_sent() -> None:
    copied = [source for name, argument in STAGES[0] if name == "COPY" for source in shlex.split(argument)[:-1]]
    assert all((ROOT / source).exists() for source in copied)
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    assert sorted(line[1:] for line in lines if line.startswith("!")) == sorted(copied)
    kept_out = [line for line in lines[1:] if not line.startswith("!")]
    assert any(fnmatch("web/__pycache__", line) for line in kept_out)
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*packed["packages"], *packed["force-include"]} <= set(copied)


def test_the_last_stage_has_no_rights_no_tools_and_no_secrets() -> None:
    assert LAST["USER"] == "10001:10001"
    assert STAGES[-1][-1][0] == "CMD"
    assert not re.search(r"gcc|build-essential|pip install|curl|ARG ", LAST_TEXT)
    [client] = re.findall(r"apt-get install --yes --no-install-recommends ([^&]+) &&", LAST_TEXT)
    assert client.strip() == f"postgresql-client-{SERVICES['database']['image'].removeprefix('postgres:')}"
    assert not re.search(r"password|secret|token|PRIVATE KEY", "\n".join(f"{STAGES}").lower())
    installs = [argument for stage in STAGES for name, argument in stage if "pip install --require" in argument]
    assert all("--require-hashes" in each and "--only-binary :all:" in each for each in installs)
    assert "pip uninstall --yes pip" in str(STAGES[0])


def test_the_image_starts_and_ends_what_there_is() -> None:
    settings = make_settings(dict(re.findall(r"(BADGEPOST_\w+)=(\S+)", LAST["ENV"])))
    assert settings.data_dir == Path(LAST["WORKDIR"])
    assert LAST["VOLUME"] == f'["{settings.data_dir}"]'
    assert (settings.web_host, settings.listener.host) == ("0.0.0.0", "0.0.0.0")
    assert LAST["EXPOSE"] == f"{settings.web_port} {settings.listener.port}"
    assert (LAST["ENTRYPOINT"], LAST["CMD"], LAST["STOPSIGNAL"]) == ('["badgepost"]', '["serve"]', "SIGTERM")
    assert _HEALTH in LAST["HEALTHCHECK"]
    assert "/healthz" in {getattr(route, "path", "") for route in router.routes}


@pytest.mark.parametrize("name", OWN)
def test_a_service_starts_what_there_is_and_may_little(name: str) -> None:
    service = OWN[name]
    assert service["command"][0] in COMMANDS
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["secrets"] == ["badgepost.toml"]
    longest = max(serving.DRAIN_SECONDS, listening.DRAIN_SECONDS)
    assert int(service["stop_grace_period"].rstrip("s")) > longest
    make_settings(service["environment"])
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert name == "migrate" or service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_processes_keep_their_names() -> None:
    named = [service for service in OWN.values() if "--name" in service["command"]]
    assert len(named) == 4
    assert all(service["command"][-1] == service["hostname"] for service in named)
    hosts = [service["hostname"] for service in OWN.values() if "hostname" in service]
    assert len(set(hosts)) == len(hosts) == len(OWN) - 1


def test_the_web_service_starts_nothing_else() -> None:
    settings = make_settings(OWN["web"]["environment"])
    assert (settings.listener.enabled, settings.workers, settings.processors, settings.hook_senders) == (False, 0, 0, 0)


def test_secrets_are_files_without_defaults() -> None:
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    for service in SERVICES.values():
        for variable, value in service["environment"].items():
            assert not re.search("PASSWORD|SECRET|KEY", variable) or value.startswith("/run/secrets/")
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_database_is_reached_from_inside_alone() -> None:
    assert SERVICES["database"]["networks"] == ["inside"]
    assert "ports" not in SERVICES["database"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_the_settings_to_begin_with_are_valid() -> None:
    settings = Settings.model_validate(tomllib.loads((ROOT / "deploy/compose/badgepost.toml").read_text()))
    subnet = COMPOSE["networks"]["outside"]["ipam"]["config"][0]["subnet"]
    assert [str(network) for network in settings.web_proxies] == [subnet]
    assert f"@{next(iter(SERVICES))}/" in settings.database_url
