"""Filling HTML with words."""

import pytest
from django.utils.functional import lazystr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hubbub.ui.markup import fill, fill_each

GIVEN = ["", "plain", "<b>&'\"", SafeString("<b>bold</b>"), 7, None, 0.5, lazystr("<later>"), "ä…"]


@pytest.mark.parametrize("one", GIVEN)
def test_it_says_what_django_says(one: object) -> None:
    wanted = format_html("<i {}>{other}</i>{}", one, one, other=one)
    assert fill("<i {}>{other}</i>{}", one, one, other=one) == wanted
    assert isinstance(fill("{}", one), SafeString)
    rows = [(one, 1), ("x", one)]
    assert fill_each("<i>{}</i> {}", rows) == format_html_join("", "<i>{}</i> {}", rows)
    assert isinstance(fill_each("{}", []), SafeString)
