"""What badgepost is made of: pinned in one way everywhere, listed, licensed so that it may be passed on, looked up."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from cyclonedx.schema import _res as schemas

ROOT = Path(__file__).resolve().parents[2]
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
ALLOWED = {
    *("MIT", "MIT-0", "MIT License", "MIT-CMU", "ISC", "ISC License (ISCL)", "0BSD", "BSD-2-Clause", "BSD-3-Clause"),
    *("BSD License", "3-Clause BSD License", "Apache-2.0", "Apache 2.0", "Apache Software License", "PSF-2.0"),
    *("Python Software Foundation License", "OSI Approved"),
    # Of libraries that are used as they are published, each replaceable by another version: nothing of ours is bound.
    *("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)", "LGPL-3.0-only", "LGPL-3.0-or-later"),
}
FOR_OTHER_SYSTEMS = {"colorama"}


def read_pinned(name: str) -> dict[str, str]:
    return dict(_PINNED.findall((ROOT / "requirements" / name).read_text()))


@pytest.fixture(scope="module")
def bom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("sbom") / "sbom.cdx.json"
    subprocess.run([sys.executable, ROOT / "scripts/sbom", file], check=True, capture_output=True, timeout=60)
    document: dict[str, Any] = json.loads(file.read_text())
    return document


def test_what_runs_and_what_packs_is_what_was_tested() -> None:
    tested = read_pinned("lock.txt").items()
    assert read_pinned("runtime.txt").items() <= tested
    assert read_pinned("build.txt").items() <= tested


def test_the_bill_of_materials_is_valid(bom: dict[str, Any]) -> None:
    files = sorted(Path(schemas.__file__).parent.glob("*.schema.json"))
    documents = {file.name: json.loads(file.read_text()) for file in files}
    schema = documents["bom-1.6.SNAPSHOT.schema.json"]
    place = schema["$id"].rpartition("/")[0]
    registry = jsonschema_rs.Registry([(f"{place}/{name}", document) for name, document in documents.items()])
    jsonschema_rs.Draft7Validator(schema, registry=registry).validate(bom)
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.Draft7Validator(schema, registry=registry).validate({**bom, "components": [{"name": "a"}]})


def test_the_bill_of_materials_lists_what_runs(bom: dict[str, Any]) -> None:
    assert {part["name"]: part["version"] for part in bom["components"]} == read_pinned("runtime.txt")
    for part in bom["components"]:
        assert part["purl"] == part["bom-ref"]
        assert part["externalReferences"][0]["hashes"]


def test_licences_let_it_be_passed_on(bom: dict[str, Any]) -> None:
    unlicensed = {part["name"] for part in bom["components"] if not part.get("licenses")}
    assert unlicensed <= FOR_OTHER_SYSTEMS
    for part in bom["components"]:
        for licence in part.get("licenses", []):
            said = licence.get("expression") or licence["license"].get("id") or licence["license"]["name"]
            assert set(re.split(r"; | AND | OR ", said)) <= ALLOWED, f"{part['name']}: {said}"


def run_audit(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts/audit", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **variables}
    )


def test_a_known_vulnerability_stops_the_check(tmp_path: Path) -> None:
    version = read_pinned("lock.txt")["aiosmtpd"]
    advisory = {
        "id": "PYSEC-2026-1",
        "summary": "it forwards smuggled mail",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "AioSMTPd"}, "versions": ["0.1", version]}],
    }
    others = {**advisory, "affected": [{"package": {"ecosystem": "npm", "name": "aiosmtpd"}, "versions": [version]}]}
    for name, documents in {"bad": [advisory], "good": [others, {**advisory, "withdrawn": "2026-01-01"}]}.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            for number, document in enumerate(documents):
                archive.writestr(f"{number}.json", json.dumps(document))
    found = run_audit(tmp_path / "bad.zip")
    assert (found.returncode, f"aiosmtpd {version}: PYSEC-2026-1" in found.stderr) == (1, True)
    assert run_audit(tmp_path / "good.zip").returncode == 0


def test_without_the_service_the_check_says_so_and_goes_on(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    done = run_audit(HTTPS_PROXY=nowhere, HTTP_PROXY=nowhere, https_proxy=nowhere, XDG_CACHE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "NOT DONE" in done.stdout
