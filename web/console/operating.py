"""`/console/keys`, `/console/settings`, `/console/health`: what the service runs on. For administrators; reads only."""

from collections import Counter

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.console.pages import show_console
from web.console.visitors import Administrator
from web.context import READ, Service, Shown
from web.door import AT_THE_DOOR
from web.operation import KeyUse

router = APIRouter()


@router.api_route("/console/keys", methods=READ)
def show_keys(request: Request, service: Service, pages: Shown, administrator: Administrator) -> Response:
    """Show the keys in force, without their private parts."""
    values = {"keys": service.operation.list_keys(), "uses": list(KeyUse), "now": service.clock()}
    return show_console(request, pages, administrator, "keys.html", values, area="keys")


@router.api_route("/console/settings", methods=READ)
def show_settings(
    request: Request, service: Service, pages: Shown, administrator: Administrator, show: str = "changed"
) -> Response:
    """Show the settings in force, secrets masked: those that differ from the default, or all."""
    found = service.operation.list_settings()
    shown = found if show == "all" else [one for one in found if not one.is_default]
    values = {"settings": shown, "shows_all": show == "all", "total": len(found)}
    return show_console(request, pages, administrator, "service_settings.html", values, area="service-settings")


@router.api_route("/console/health", methods=READ, dependencies=AT_THE_DOOR)
def show_health(request: Request, service: Service, pages: Shown, administrator: Administrator) -> Response:
    """Show what came of each check, the worst first."""
    now = service.clock()
    found = service.operation.check_health(now)
    order = ["fail", "warn", "unknown", "pass"]
    values = {
        "findings": sorted(found, key=lambda finding: order.index(finding.verdict)),
        "counts": Counter(finding.verdict.value for finding in found),
        "now": now,
    }
    return show_console(request, pages, administrator, "health.html", values, area="health")
