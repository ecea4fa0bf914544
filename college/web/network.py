"""Where a request comes from: the peer, or behind trusted proxies what the last of them says."""

from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix


def install(app: Flask) -> None:
    """Believe as many forwarding proxies as the settings name: the last word is theirs."""
    if count := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def client_address() -> str:
    """The peer's address; a forwarding header counts only behind the proxies that settings name."""
    return request.remote_addr or "unknown"


def counted_address() -> str:
    """By what tries are counted: a household of IPv6 has a whole /64 to choose from."""
    return _network(client_address(), 32, 64)


def masked_address() -> str:
    """What is kept and shown: the network, not the very machine."""
    return _network(client_address(), 24, 64)


def _network(address: str, bits_4: int, bits_6: int) -> str:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    ip = (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
    bits = bits_6 if isinstance(ip, IPv6Address) else bits_4
    network = ip_network((ip, bits), strict=False)
    return str(network.network_address) if bits == ip.max_prefixlen else str(network)
