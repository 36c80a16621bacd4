"""
Which addresses an input may be fetched from.

A dispatch names any URL, and the results may be public: without this, anyone who may dispatch could
read the services next to a client node, the cloud's metadata service first.  Imports ``ipaddress``.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Where clouds keep a machine's credentials and settings, outside of what is link-local: inside
# private networks, which may be allowed, and in one case a public one.
_METADATA = (
    IPv6Network("fd00:ec2::/32"),  # AWS
    IPv6Network("fd20:ce::254/128"),  # Google
    IPv4Network("168.63.129.16/32"),  # Azure
    IPv4Network("100.100.100.200/32"),  # Alibaba
    IPv4Network("192.0.0.192/32"),  # Oracle
)
# A NAT64 gateway turns these into the IPv4 address inside of them.
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
# IPv4 addresses as the first IPv6 stacks wrote them.
_COMPATIBLE = IPv6Network("::/96")


def refusal(address: str, allow_private: bool) -> str | None:
    """
    Why this IP address may not be asked, or None where it may.

    ``allow_private`` opens loopback and private networks; link-local addresses (where clouds keep
    credentials), multicast and unspecified ones stay shut.
    """
    # A scope ("fe80::1%eth0") does not change what the address is.
    whys = (_why_not(ip, allow_private) for ip in _meant(ip_address(address.partition("%")[0])))
    return next((why for why in whys if why is not None), None)


def _why_not(ip: IPv4Address | IPv6Address, allow_private: bool) -> str | None:
    if ip.is_link_local or any(ip in network for network in _METADATA):
        return "link-local"
    if ip.is_multicast or ip.is_unspecified:
        return "no host's address"
    if ip.is_global or allow_private:
        return None
    return "loopback" if ip.is_loopback else "private"


def _meant(ip: IPv4Address | IPv6Address) -> Sequence[IPv4Address | IPv6Address]:
    """The addresses that one leads to: those inside of it, where it holds some, else itself."""
    if isinstance(ip, IPv4Address):
        return (ip,)
    number = int(ip)
    if ip in _NAT64_LOCAL:
        # By the gateway's prefix length, in the last bits or around the eighth byte.
        around = (number >> 64 & 0xFFFF) << 16 | number >> 40 & 0xFFFF
        return [IPv4Address(inner) for inner in (number & 0xFFFF_FFFF, around) if inner] or (ip,)
    if ip in _NAT64 or (ip in _COMPATIBLE and number > 1):
        return (IPv4Address(number & 0xFFFF_FFFF),)
    return ip.teredo or (ip.ipv4_mapped or ip.sixtofour or ip,)
