"""Badge pages as a small Starlette app serves them: our own template rendered by Jinja2 for each request.

It starts ahead: the badge is in memory, there is no database, no guard, no header but the body's own. Run as
`python -m bench.peers.memory_pages`; it says its port.
"""

from datetime import date

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from badgepost.opening import find_templates
from badgepost.serving import listen
from badges.assertions import Standing
from badges.linkedin import share_url
from web.assets import Assets
from web.awards import Award
from web.needs import Place
from web.pages import Pages

PLACE = Place("http://127.0.0.1:8000", "support@badgepost.example")


def make_award(number: int) -> Award:
    """Return a badge that looks like those of `bench.figures.serving`."""
    badge_id = f"assertion{number:07d}"
    return Award(
        id=badge_id,
        url=f"{PLACE.base_url}/badges/{badge_id}",
        standing=Standing.VALID,
        name="Joints <Level 3> & More",
        description="Plans, cuts and joins timber frames by hand, and checks the work of others.",
        criteria="Five joints cut by hand. A frame raised with a team. A written test of forty questions.",
        earner_name="Zoë Ñúñez-Łukasik",
        issuer_id="benchissueraaaaa",
        issuer_name="Bürgerwerk & Söhne",
        issuer_website="https://www.buergerwerk.example/",
        issuer_language="en",
        brand_color="#1f4e79",
        logo_path=None,
        logo_digest=None,
        issued_on=date(2026, 11, 20),
        expires_on=date(2029, 11, 20),
        expired_on=None,
        revocation_reason=None,
        image_path="/images/0.png",
        image_digest="0" * 64,
        image_width=300,
        image_height=300,
        image_alt="A mallet over a mortise-and-tenon joint.",
        linkedin_organization_id=1234567,
        offers_certificate=False,
        is_hidden=False,
        evidence_url=None,
        narrative=None,
    )


def make_app(pages: Pages) -> Starlette:
    """Return the app."""

    async def show(request: Request) -> HTMLResponse:
        badge = make_award(int(request.path_params["badge_id"].removeprefix("assertion")))
        values = {"badge": badge, "card_url": f"{badge.url}/card-0.png", "share_url": share_url(badge.url)}
        return HTMLResponse(pages.render("en", "badge.html", values))

    return Starlette(routes=[Route("/badges/{badge_id}", show)])


def main() -> None:
    """Serve until told to end."""
    folder = find_templates() / "pages"
    app = make_app(Pages(folder, PLACE, Assets(folder / "static", PLACE.root)))
    listener = listen("127.0.0.1", 0)
    print(f"serving on port {listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, log_config=None, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
