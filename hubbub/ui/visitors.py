"""Who visits a page that needs no account: by a digest, so that a limit holds without keeping an address."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def visitor(request: HttpRequest) -> str:
    """32 letters by which one visitor is told from another; of IPv6 a whole household counts as one."""
    address = request.META.get("REMOTE_ADDR", "")
    proxies = int(getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0))
    behind = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    if proxies and len(behind) >= proxies:
        address = behind[-proxies]
    try:
        parsed = ipaddress.ip_address(address)
        if parsed.version == 6:
            address = str(ipaddress.ip_network(f"{address}/64", strict=False))
    except ValueError:
        pass
    return salted_hmac("hubbub page visitor", address, algorithm="sha256").hexdigest()[:32]
