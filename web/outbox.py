"""`/outbox`: the mails that a trial run has written to this machine, instead of sending them.

Routed only with the local outbox. Its mails hold live password links, so only whoever asks for this very machine, or
for the host of the settings, gets to see them: a foreign page that has its own name point here (DNS rebinding) is
refused. Mails are shown in a sandboxed frame; what they are is read in `web.stored_mail`.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from web.browser_view import mail_policy
from web.context import READ, Service, Shown
from web.guards import PAGE_POLICY
from web.needs import WebService
from web.stored_mail import SUFFIX, read_mail, summarize_mail

MOST_SHOWN = 200
"""How many mails the list names: each has to be opened for its subject."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


def _refuse_foreign_host(request: Request, service: Service) -> None:
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if host not in ("localhost", service.place.host) and not _is_ip(host):
        raise HTTPException(404)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


router = APIRouter(prefix="/outbox", dependencies=[Depends(_refuse_foreign_host)])


@router.api_route("", methods=READ)
def list_mails(request: Request, service: Service, pages: Shown) -> Response:
    """List the newest mails."""
    paths = sorted(_paths_of(service), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    mails = [summarize_mail(path) for path in paths[:MOST_SHOWN]]
    return pages.show(request, "outbox.html", {"mails": mails, "total": len(paths)})


@router.api_route("/{name}", methods=READ)
def show_mail(
    request: Request,
    name: str,
    service: Service,
    pages: Shown,
    view: Annotated[str, Query(pattern="^(html|phone|text|headers|source)$")] = "html",
) -> Response:
    """Show one mail: its HTML in a frame, its text part, its headers, or all of it as it is."""
    mail = read_mail(_find_path(service, name))
    shown = {"text": mail.text, "headers": mail.headers, "source": mail.source}.get(view, "")
    values = {"mail": mail.summary, "view": view, "shown": shown}
    page = pages.show(request, "outbox_mail.html", values)
    page.headers["content-security-policy"] = f"{PAGE_POLICY}; frame-src 'self'"
    return page


@router.api_route("/{name}/html", methods=READ)
def send_html(name: str, service: Service) -> Response:
    """Send what the frame shows: the HTML part, its images taken from the mail itself."""
    mail = read_mail(_find_path(service, name))
    html = mail.html_with_images_at(f"{service.place.root}/outbox/{name}/images/")
    headers = {"content-security-policy": mail_policy(service.place), "x-frame-options": "SAMEORIGIN"}
    return HTMLResponse(html, 200, headers)


@router.api_route("/{name}/images/{content_id}", methods=READ)
def send_image(name: str, content_id: str, service: Service) -> Response:
    """Send an image of the mail by its Content-ID (RFC 2392)."""
    image = read_mail(_find_path(service, name)).images.get(content_id)
    if image is None:
        raise HTTPException(404)
    return Response(image.content, 200, media_type=image.media_type)


@router.api_route("/{name}/raw", methods=READ)
def send_raw(name: str, service: Service) -> Response:
    """Send the file as it is."""
    path = _find_path(service, name)
    headers = {"content-disposition": f'attachment; filename="{path.name}"'}
    return Response(path.read_bytes(), 200, headers, "message/rfc822")


def _paths_of(service: WebService) -> Iterator[Path]:
    return service.outbox.glob(f"*{SUFFIX}") if service.outbox else iter(())


def _find_path(service: WebService, name: str) -> Path:
    if service.outbox is None or not _NAME.fullmatch(name):
        raise HTTPException(404)
    path = service.outbox / f"{name}{SUFFIX}"
    if not path.is_file():
        raise HTTPException(404)
    return path
