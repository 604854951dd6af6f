"""`badgepost preview`: the very mail in files, with pictures on phone and desktop, light and dark, images off."""

from pathlib import Path
from typing import Annotated

import typer

from badgepost.cli.asking import get_service, now, refuse
from badgepost.opening import read_dkim_keys
from badgepost.wiring import Service
from badges.transactions import reading
from desk.checking import Question, find_meant
from desk.previewing import compose_preview, find_hosted_images
from desk.publishing import PublishRefused
from desk.roster.languages import LANGUAGES
from mailer.dkim import Signer
from mailer.notices import NOTICES
from mailer.parts import read_parts
from mailer.pictures import find_browser
from mailer.preview import Preview, write_preview
from mailer.samples import NAME, Sample

app = typer.Typer()


@app.command()
def preview(
    badge: Annotated[
        str | None, typer.Option(metavar="SLUG", help="The badge it is about; none: the service's own answers.")
    ] = None,
    kind: Annotated[str, typer.Option(help=f"Which mail: {', '.join(NOTICES)}.")] = "issuance",
    language: Annotated[str | None, typer.Option(help=f"{', '.join(LANGUAGES)}; otherwise the issuer's.")] = None,
    name: Annotated[str, typer.Option(help="What the earner is called.")] = NAME,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files are put.")] = Path("preview"),
) -> None:
    """Write a sample of the very mail, with pictures if there is a Chromium. Its links open nothing."""
    service = get_service()
    if kind not in NOTICES:
        refuse(f"there is no kind of mail {kind}; there are {', '.join(NOTICES)}")
    if badge is None and not NOTICES[kind].may_be_ours:
        refuse(f"whose {kind} mail? Name a badge with --badge; only what the service may write can be without one")
    if badge is not None and NOTICES[kind].only_service:
        refuse(f"{kind} mails are written by the service alone: leave --badge out")
    if language not in {None, *LANGUAGES}:
        refuse(f"there is no language {language}; there are {', '.join(LANGUAGES)}")
    written = _write(service, Question(badge=badge, kind=kind, language=language), Sample(name=name), out)
    for file in written.files:
        typer.echo(file)
    if written.without_pictures:
        typer.echo(f"No pictures: {written.without_pictures}", err=True)


def _write(service: Service, question: Question, sample: Sample, out: Path) -> Preview:
    signer = Signer(read_dkim_keys(service.settings))
    with reading(service.engine).connect() as connection:
        meant = find_meant(connection, question)
        if not meant:
            refuse(f"there is no badge {question.badge}")
        data = compose_preview(connection, service.office, meant[0].wanted, sample, signer, now())
        if isinstance(data, PublishRefused):
            refuse(data.reason)
        hosted = find_hosted_images(connection, service.site.base_url, read_parts(data).html or "")
    try:
        return write_preview(data, _file_name(question), out, find_browser(service.settings.chromium), hosted)
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")


def _file_name(question: Question) -> str:
    return "-".join(part for part in (question.badge, question.kind, question.language) if part)
