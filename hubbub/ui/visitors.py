"""Who visits a page that needs no account: by a digest, so that a limit holds without keeping an address."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def told_apart(request: HttpRequest, where: str) -> str:
    """32 letters by which one visitor is told from another: never the address itself. `where` they visit us: what one
    visitor is called differs from place to place."""
    address = request.META.get("REMOTE_ADDR", "")
    proxies = int(getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0))
    behind = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    if proxies and len(behind) >= proxies:
        address = behind[-proxies]
    try:
        parsed = ipaddress.ip_address(address)
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:  # as a server tells that listens on both
            parsed = parsed.ipv4_mapped
            address = str(parsed)
        if parsed.version == 6:  # a household has as many of these as it likes
            address = str(ipaddress.ip_network(f"{address}/64", strict=False))
    except ValueError:
        pass
    return salted_hmac(f"hubbub {where}", address, algorithm="sha256").hexdigest()[:32]
