"""`/healthz` and `/readyz`: what a supervisor and a load balancer ask, many times a minute, as JSON.

Here belong the answers. `/healthz` says that this process answers and looks at nothing else: whoever restarts processes
goes by it. `/readyz` says whether requests should come here (`Operation.check_ready`); why not, only to those who ask
from this machine or a network of the setting `readyz_allow`.
"""

from asyncio import to_thread

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from web.context import READ, Service, source_of
from wire.network import is_inside

router = APIRouter()


@router.api_route("/healthz", methods=READ)
async def say_alive() -> Response:
    """Say that this process answers."""
    return JSONResponse({"status": "ok"})


@router.api_route("/readyz", methods=READ)
async def say_ready(request: Request, service: Service) -> Response:
    """Say whether requests should come here: 200 or 503."""
    ready = await to_thread(service.operation.check_ready)  # not in the threads of pages, which may all be waiting
    checks = {**ready.checks, **({"process": "stopping"} if request.app.state.is_retiring else {})}
    is_ready = ready.is_ready and not request.app.state.is_retiring
    said: dict[str, object] = {"status": "ok" if is_ready else "not ready"}
    if is_inside(source_of(request), service.operation.readyz_allow):
        said["checks"] = checks
    return JSONResponse(said, status_code=200 if is_ready else 503)
