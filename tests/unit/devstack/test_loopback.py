"""Which port a server of ours gets."""

import socket

from devstack.loopback import free_port, free_ports


def test_the_port_that_is_wanted_is_had_where_nobody_listens_there() -> None:
    (free,) = free_ports(1)

    assert free_port(free) == free


def test_where_somebody_listens_another_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])

        assert free_port(port) != port
