"""LinkedIn's URLs, parameter by parameter, and the fields to copy."""

from datetime import date
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from badges.linkedin import (
    FormField,
    add_to_profile_url,
    copy_fields,
    finish_add_to_profile_url,
    share_url,
    start_of_add_to_profile_url,
)

PAGE = "https://badges.badgepost.example/badges/q7k4m9t2"


def parameters_of(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)


def test_every_parameter_in_the_order_of_the_form() -> None:
    url = add_to_profile_url(
        "Forklift Safety, Level 2", 1337, "Northwind", date(2026, 5, 2), date(2029, 12, 31), PAGE, "q7k4m9t2"
    )
    assert url == (
        "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=Forklift%20Safety%2C%20Level%202"
        "&organizationId=1337&issueYear=2026&issueMonth=5&expirationYear=2029&expirationMonth=12"
        "&certUrl=https%3A%2F%2Fbadges.badgepost.example%2Fbadges%2Fq7k4m9t2&certId=q7k4m9t2"
    )


def test_an_organization_without_a_page_goes_by_its_name_alone() -> None:
    parameters = dict(parameters_of(add_to_profile_url("B", None, "A & B", date(2026, 1, 1), None, PAGE, "x")))
    assert parameters["organizationName"] == "A & B"
    assert "organizationId" not in parameters


def test_a_page_number_silences_the_name() -> None:
    assert "organizationName" not in add_to_profile_url("B", 7, "A & B", date(2026, 1, 1), None, PAGE, "x")


def test_what_is_missing_is_left_out_rather_than_zero() -> None:
    url = add_to_profile_url("B", 7, "A", date(2026, 1, 1), None, PAGE, None)
    assert "expiration" not in url
    assert "certId" not in url


def test_first_and_last_month_of_a_year() -> None:
    for month in (1, 12):
        url = add_to_profile_url("B", 7, "A", date(2026, month, 1), None, PAGE, "x")
        assert f"&issueYear=2026&issueMonth={month}&" in url


@given(
    name=st.text(min_size=1),
    organization=st.text(min_size=1),
    issued=st.dates(min_value=date(1990, 1, 1)),
    expires=st.none() | st.dates(min_value=date(1990, 1, 1)),
    credential_id=st.text(min_size=1),
)
def test_any_value_comes_out_as_it_went_in(
    name: str, organization: str, issued: date, expires: date | None, credential_id: str
) -> None:
    start = start_of_add_to_profile_url(name, None, organization)
    url = finish_add_to_profile_url(start, issued, expires, f"{PAGE}?a=1&b=ü#x", credential_id)
    assert url.isascii()
    expected = {
        "startTask": "CERTIFICATION_NAME",
        "name": name,
        "organizationName": organization,
        "issueYear": str(issued.year),
        "issueMonth": str(issued.month),
    }
    if expires:
        expected |= {"expirationYear": str(expires.year), "expirationMonth": str(expires.month)}
    expected |= {"certUrl": f"{PAGE}?a=1&b=ü#x", "certId": credential_id}
    assert parameters_of(url) == list(expected.items())


def test_fields_stand_in_the_order_of_the_form() -> None:
    fields = copy_fields("Badge", "Northwind", "May 2026", None, "q7", PAGE)
    assert [one.field for one in fields] == list(FormField)
    assert [one.value for one in fields] == ["Badge", "Northwind", "May 2026", "", "q7", PAGE]


def test_sharing_sends_the_page_and_nothing_else() -> None:
    assert parameters_of(share_url(f"{PAGE}?v=2&x=é")) == [("url", f"{PAGE}?v=2&x=é")]
