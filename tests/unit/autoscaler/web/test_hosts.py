"""By which names the daemon may be asked for."""

import pytest

from autoscaler.config import HttpSettings
from autoscaler.web.hosts import Hosts


@pytest.mark.parametrize(
    "header",
    ["localhost", "127.0.0.1:9646", "[::1]:9646", "LocalHost.:1", "10.0.0.5", " 10.0.0.5 "],
)
def test_the_name_of_listen_and_those_of_loopback_are_ours(header: str) -> None:
    assert Hosts(HttpSettings(listen="10.0.0.5:9646")).allow(header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "10.0.0.6",
        "evil.example",
        "localhost.evil.example",
        "localhost:x",
        "[::1",
        "a@localhost",
    ],
)
def test_others_are_not(header: str) -> None:
    assert not Hosts(HttpSettings(listen="10.0.0.5:9646")).allow(header)


def test_configured_names_are_ours_in_any_case() -> None:
    hosts = Hosts(HttpSettings(listen="127.0.0.1:9646", hosts=("Scaler.Example", "[2001:db8::1]")))
    assert hosts.allow("scaler.example:80")
    assert hosts.allow("[2001:db8::1]:9646")
    assert not hosts.allow("example")


@pytest.mark.parametrize("listen", ["0.0.0.0:9646", "[::]:9646"])
def test_where_all_addresses_are_listened_on_any_address_is_ours_and_no_name(listen: str) -> None:
    hosts = Hosts(HttpSettings(listen=listen))
    assert hosts.allow("192.0.2.7:9646")
    assert hosts.allow("[2001:db8::1]")
    assert not hosts.allow("evil.example")
