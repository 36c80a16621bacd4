"""
Which addresses an input may be fetched from.

A dispatch names any URL, and the results may be public: without this, anyone who may dispatch could
read the services next to a client node, the cloud's metadata service first.  Imports ``ipaddress``.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# AWS's metadata service over IPv6 lies inside a private range, so it is named.
_METADATA = ip_address("fd00:ec2::254")
# A NAT64 gateway turns these into the IPv4 address in their last 32 bits.
_NAT64 = IPv6Network("64:ff9b::/96")


def refusal(address: str, allow_private: bool) -> str | None:
    """
    Why this IP address may not be asked, or None where it may.

    ``allow_private`` opens loopback and private networks; link-local addresses (where clouds keep
    credentials), multicast and unspecified ones stay shut.
    """
    # A scope ("fe80::1%eth0") does not change what the address is.
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = _embedded(ip) or ip
    if ip.is_link_local or ip == _METADATA:
        return "link-local"
    if ip.is_multicast or ip.is_unspecified:
        return "no host's address"
    if ip.is_global:
        return None
    if allow_private:
        return None
    return "loopback" if ip.is_loopback else "private"


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for."""
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour
