"""Where a log-in leads: never off the site, whatever a stranger writes into the address."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from web.onward import FIRST_PAGE, choose_next

HERE = "https://badges.example/under"


@pytest.mark.parametrize(
    "asked",
    [
        "/portfolio",
        "/profile",
        "/portfolio/7kq2m9",
        "/portfolio/7kq2m9/signature",
        "/profile/addresses",
        "/profile/a.b",
    ],
)
def test_pages_of_an_account_are_led_to(asked: str) -> None:
    assert choose_next(asked) == asked


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example/portfolio",
        "https:evil.example",
        "https:/evil.example",
        "HTTPS://evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        " /portfolio",
        "/portfolio ",
        "/portfolio\n",
        "/portfolio\r\nSet-Cookie: a=b",
        "/portfolio\x00",
        "/portfolio/..//evil.example",
        "/portfolio/../logout",
        "/portfolio/%2e%2e/logout",
        "/portfolio/./x",
        "/portfolio//evil.example",
        "/portfolio/",
        "/portfolio\\..\\..\\evil.example",
        "/portfolio@evil.example",
        "/portfolio.evil.example",
        "/portfolio:80",
        "/portfolio?next=//evil.example",
        "/portfolio#//evil.example",
        "/portfolio;x",
        "/portfolio/é",
        "/portfolio/\u2215evil.example",
        "/\u2044\u2044evil.example",
        "\uff0f\uff0fevil.example",
        "/portfolio/\u202e",
        "/PORTFOLIO",
        "/logout",
        "/outbox",
        "/p/token",
        "/portfolio/" + "x" * 300,
    ],
)
def test_everything_else_leads_to_the_portfolio(asked: str) -> None:
    assert choose_next(asked) == FIRST_PAGE


_PIECES = st.sampled_from(["/", "\\", "%2f", "%5c", "..", ".", "\t", "\n", "@", ":", "//", "portfolio", "evil.example"])


@given(
    st.one_of(
        st.text(), st.lists(_PIECES).map("".join), st.lists(_PIECES).map(lambda parts: "/portfolio" + "".join(parts))
    )
)
@example("/portfolio/..//evil.example")
def test_no_text_leads_off_the_site(asked: str) -> None:
    led = f"{urlsplit(HERE).path}{choose_next(asked)}"
    there = urlsplit(urljoin(f"{HERE}/login", led))
    assert (there.scheme, there.netloc) == ("https", "badges.example")
    assert there.path.startswith(("/under/portfolio", "/under/profile"))
    assert led.isascii()
    assert led.isprintable()
