"""Where an event may go: a manager writes the URL, and we stand inside of somebody's network."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.hooks.targets import Target, UrlFault, may_reach, read_target

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]

PUBLIC = ("93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8")
CLOSED = (
    *("127.0.0.1", "127.255.0.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "100.100.100.200", "0.0.0.0", "0.1.2.3", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "168.63.129.16"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "::ffff:0:10.0.0.1"),
    *("64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1", "2002:7f00:1::", "2002:a00:1::1"),
    *("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "3fff::1", "5f00::1", "4000::1"),
    *("", "no address", "1.2.3", "0x7f.0.0.1", "2130706433", "127.1", "1.2.3.4.5"),
)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_may_be_reached(address: str) -> None:
    assert may_reach(address, [])
    assert not may_reach(address, [], is_plain=True)


@pytest.mark.parametrize("address", CLOSED)
def test_nothing_else_may(address: str) -> None:
    assert not may_reach(address, [])


def test_what_the_operator_opens_may() -> None:
    assert may_reach("10.20.0.9", [ip_network("10.20.0.0/16")])
    assert may_reach("::ffff:10.20.0.9", [ip_network("10.20.0.0/16")])
    assert not may_reach("10.21.0.9", [ip_network("10.20.0.0/16")])
    assert may_reach("127.0.0.1", LOOPBACK, is_plain=True)
    assert not may_reach("10.20.0.9", [ip_network("10.0.0.0/8")], is_plain=True)


@given(st.ip_addresses())
def test_no_address_of_a_private_network_in_any_form(address: IPv4Address | IPv6Address) -> None:
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) and address.ipv4_mapped else address
    if may_reach(str(address), []):
        assert inner.is_global or inner in ip_network("64:ff9b::/96")
        assert not any((inner.is_private, inner.is_loopback, inner.is_link_local, inner.is_multicast))


@given(st.ip_addresses(v=4))
def test_a_form_of_ipv6_reaches_no_further_than_its_address(address: IPv4Address) -> None:
    for form in ("::ffff:", "64:ff9b::", "::ffff:0:"):
        assert may_reach(f"{form}{address}", []) <= may_reach(str(address), [])


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://corp.example", ("corp.example", 443, "/", "corp.example")),
        ("HTTPS://Corp.Example:8443/Hook?A=b%20c", ("corp.example", 8443, "/Hook?A=b%20c", "corp.example:8443")),
        ("https://corp.example?x=1", ("corp.example", 443, "/?x=1", "corp.example")),
        ("https://[2606:2800:21f::1]/", ("2606:2800:21f::1", 443, "/", "[2606:2800:21f::1]")),
        ("https://8.8.8.8:8080/", ("8.8.8.8", 8080, "/", "8.8.8.8:8080")),
        ("https://corp.example./", ("corp.example.", 443, "/", "corp.example.")),
    ],
)
def test_urls_are_taken_apart(url: str, parts: tuple[str, int, str, str]) -> None:
    target = read_target(url, [])
    assert isinstance(target, Target)
    assert (target.host, target.port, target.path, target.authority) == parts


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", UrlFault.NO_URL),
        ("corp.example", UrlFault.NO_URL),
        ("ftp://corp.example/", UrlFault.NO_URL),
        ("file:///etc/passwd", UrlFault.NO_URL),
        ("gopher://corp.example/", UrlFault.NO_URL),
        ("https:///x", UrlFault.NO_URL),
        ("https://corp.example/#x", UrlFault.NO_URL),
        ("https://corp.example/a b", UrlFault.NO_URL),
        ("https://corp.example/\r\nx: y", UrlFault.NO_URL),
        ("https://corp.example\\@10.0.0.1/", UrlFault.HAS_USER),
        ("https://corp.example\\10.0.0.1/", UrlFault.NO_URL),
        ("https://münchen.example/", UrlFault.NO_URL),
        ("https://corp.example/ü", UrlFault.NO_URL),
        ("https://corp.example:/", UrlFault.NO_URL),
        (f"https://corp.example/{'a' * 2000}", UrlFault.TOO_LONG),
        ("http://corp.example/", UrlFault.NOT_HTTPS),
        ("http://127.0.0.1/", UrlFault.NOT_HTTPS),
        ("https://user@corp.example/", UrlFault.HAS_USER),
        ("https://user:word@corp.example/", UrlFault.HAS_USER),
        ("https://@corp.example/", UrlFault.HAS_USER),
        ("https://corp.example@10.0.0.1/", UrlFault.HAS_USER),
        ("https://-corp.example/", UrlFault.BAD_HOST),
        ("https://corp..example/", UrlFault.BAD_HOST),
        ("https://./", UrlFault.BAD_HOST),
        ("https://2130706433/", UrlFault.BAD_HOST),
        ("https://0x7f000001/", UrlFault.BAD_HOST),
        ("https://127.1/", UrlFault.BAD_HOST),
        ("https://0177.0.0.1/", UrlFault.BAD_HOST),
        (f"https://{'a' * 64}.example/", UrlFault.BAD_HOST),
        (f"https://{'a.' * 126}example/", UrlFault.BAD_HOST),
        ("https://corp.example:25/", UrlFault.BAD_PORT),
        ("https://corp.example:80/", UrlFault.BAD_PORT),
        ("https://corp.example:6000/", UrlFault.BAD_PORT),
        ("https://corp.example:0/", UrlFault.BAD_PORT),
        ("https://corp.example:65536/", UrlFault.BAD_PORT),
        ("https://127.0.0.1/", UrlFault.NOT_PUBLIC),
        ("https://[::1]/", UrlFault.NOT_PUBLIC),
        ("https://[::ffff:10.0.0.1]/", UrlFault.NOT_PUBLIC),
        ("https://169.254.169.254/latest/meta-data", UrlFault.NOT_PUBLIC),
    ],
)
def test_what_is_no_endpoint(url: str, fault: UrlFault) -> None:
    assert read_target(url, []) is fault


def test_without_tls_only_this_machine_and_only_if_it_is_opened() -> None:
    for url in ("http://127.0.0.1:8080/x", "http://localhost:8080/x", "http://[::1]:8080/"):
        assert isinstance(read_target(url, LOOPBACK), Target)
        assert read_target(url, []) is UrlFault.NOT_HTTPS
    assert read_target("http://10.0.0.1/", [ip_network("10.0.0.0/8")]) is UrlFault.NOT_HTTPS
    assert read_target("http://corp.example/", LOOPBACK) is UrlFault.NOT_HTTPS


@given(st.text(max_size=80) | st.from_regex(r"https?://[!-~]{1,60}", fullmatch=True))
def test_whatever_is_written_there(url: str) -> None:
    target = read_target(url, [])
    if isinstance(target, Target):
        assert target.url.isascii()
        assert target.url.isprintable()
        assert not set(' "<>\\^`{|}#') & set(target.url)
        again = read_target(target.url, [])
        assert again == target
        assert target.scheme == "https"
        try:
            ip_address(target.host)
        except ValueError:
            assert "@" not in target.authority
