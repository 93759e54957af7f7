"""Names are asked of the machine's own name servers; the other tests ask none (`resolve_here`)."""

import pytest

from hubbub.connectors import Http
from hubbub.core.failures import Retry


def test_a_name_that_no_server_knows() -> None:
    with Http() as http, pytest.raises(Retry, match=r"No server is known under the name no-such-host\.invalid"):
        http.get("http://no-such-host.invalid/")
