"""Tags on links: a table of addresses, and what must hold for any."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.utm import Post, TagRule, filled, placeholders_unknown, tagged, under, with_tags

POST = Post("mastodon", "Acme on Mastodon", "Big Launch", date(2026, 12, 1), 7)
RULE = TagRule(("acme.org",), (), {"source": "{network}", "campaign": "{campaign}"})
TAGS = "utm_source=mastodon&utm_campaign=big_launch"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no link", "no link"),
        ("https://acme.org", f"https://acme.org?{TAGS}"),
        ("https://acme.org/a?b=1&c", f"https://acme.org/a?b=1&c&{TAGS}"),
        ("https://acme.org/a#part", f"https://acme.org/a?{TAGS}#part"),
        ("https://acme.org/a?x#p?q", f"https://acme.org/a?x&{TAGS}#p?q"),
        ("seen https://acme.org/?", f"seen https://acme.org/?{TAGS}?"),  # it ends a question
        ("https://www.acme.org/a", f"https://www.acme.org/a?{TAGS}"),
        ("HTTPS://ACME.ORG/a", f"HTTPS://ACME.ORG/a?{TAGS}"),
        ("https://acme.org:8443/a", f"https://acme.org:8443/a?{TAGS}"),
        # in Markdown: set off, code, struck out, a cell, one link after the other
        ("**https://acme.org/a**, x", f"**https://acme.org/a?{TAGS}**, x"),
        ("*https://acme.org/a*", f"*https://acme.org/a?{TAGS}*"),
        ("**[a](https://acme.org/a)**", f"**[a](https://acme.org/a?{TAGS})**"),
        ("[a](https://acme.org/a),[b](/b)", f"[a](https://acme.org/a?{TAGS}),[b](/b)"),
        ("`https://acme.org/a`", f"`https://acme.org/a?{TAGS}`"),
        ("~~https://acme.org/a~~", f"~~https://acme.org/a?{TAGS}~~"),
        ("|https://acme.org/a|b|", f"|https://acme.org/a?{TAGS}|b|"),
        ("![p](https://acme.org/a_(b).png)", f"![p](https://acme.org/a_(b).png?{TAGS})"),
        ("«https://acme.org/a»", f"«https://acme.org/a?{TAGS}»"),
        ("https://acme.org/~ann/a*b", f"https://acme.org/~ann/a*b?{TAGS}"),
        ("https://[::1]/a", "https://[::1]/a"),
        ("https://notacme.org/a", "https://notacme.org/a"),
        ("https://acme.org.evil.example/a", "https://acme.org.evil.example/a"),
        ("https://acme.org@evil.example/a", "https://acme.org@evil.example/a"),
        ("https://evil.example/?u=https://acme.org/", "https://evil.example/?u=https://acme.org/"),
        ("mailto:a@acme.org ftp://acme.org/", "mailto:a@acme.org ftp://acme.org/"),
        ("see https://acme.org/a.", f"see https://acme.org/a?{TAGS}."),
        ("(https://acme.org/a)", f"(https://acme.org/a?{TAGS})"),
        ("https://acme.org/a_(b)", f"https://acme.org/a_(b)?{TAGS}"),
        ("[x](https://acme.org/a) <https://acme.org>", f"[x](https://acme.org/a?{TAGS}) <https://acme.org?{TAGS}>"),
        ("https://acme.org/?utm_source=mail", "https://acme.org/?utm_source=mail&utm_campaign=big_launch"),
        ("https://acme.org/?UTM_Source=x&utm_campaign=y", "https://acme.org/?UTM_Source=x&utm_campaign=y"),
        ("https://xn--mnchen-3ya.acme.org/", f"https://xn--mnchen-3ya.acme.org/?{TAGS}"),
        ("見てhttps://acme.org/a。次", f"見てhttps://acme.org/a?{TAGS}。次"),
        # as Japanese is written: brackets of full width, no spaces
        (
            "\uff08https://acme.org/a\uff09「https://acme.org」",
            f"\uff08https://acme.org/a?{TAGS}\uff09「https://acme.org?{TAGS}」",
        ),
        ("[https://acme.org](https://acme.org/a)", f"[https://acme.org?{TAGS}](https://acme.org/a?{TAGS})"),
    ],
)  # fmt: skip
def test_links_in_a_text(text: str, expected: str) -> None:
    assert tagged(text, [RULE], POST) == expected


@pytest.mark.parametrize("domain", ["bücher.example", "xn--bcher-kva.example", "www.BÜCHER.example."])
@pytest.mark.parametrize("host", ["bücher.example", "xn--bcher-kva.example", "shop.Bücher.example"])
def test_a_domain_has_two_ways_to_be_written(domain: str, host: str) -> None:
    """In its own letters, and as the network's name service has it."""
    assert (
        tagged(f"https://{host}/", [TagRule((domain,), (), {"source": "x"})], POST) == f"https://{host}/?utm_source=x"
    )


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([TagRule(("acme.org",), ("bluesky",), {"source": "a"}), RULE], f"https://acme.org?{TAGS}"),
        ([TagRule(("acme.org",), ("mastodon",), {"source": "a"}), RULE], "https://acme.org?utm_source=a"),
        ([TagRule(("other.org",), (), {"source": "a"})], "https://acme.org"),
        ([], "https://acme.org"),
    ],
)
def test_the_first_rule_that_fits_counts(rules: list[TagRule], expected: str) -> None:
    assert tagged("https://acme.org", rules, POST) == expected


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{network}", "mastodon"),
        ("{source}", "acme_on_mastodon"),
        ("{date}-{post}", "2026-12-01-7"),
        ("Autumn  Sale", "autumn_sale"),
        ("", ""),
        ("{campaign}_{nothing}", "big_launch_{nothing}"),
    ],
)
def test_placeholders(template: str, value: str) -> None:
    assert filled(template, POST) == value


def test_unknown_placeholders_are_named() -> None:
    assert placeholders_unknown("{network} {nothing}") == ["nothing"]


@pytest.mark.parametrize(
    ("host", "domain", "fits"),
    [
        ("acme.org", "acme.org", True),
        ("a.b.acme.org", "www.Acme.org.", True),
        ("xacme.org", "acme.org", False),
        ("x", "", False),
    ],
)
def test_domains(host: str, domain: str, fits: bool) -> None:
    assert under(host, domain) is fits


@given(st.text("abc/?&=#%.:@", max_size=30), st.text(max_size=12))
def test_nothing_that_stood_there_is_changed(rest: str, value: str) -> None:
    """Scheme, host, path, parameters and their order, fragment: only something is added, once."""
    url = f"https://acme.org/{rest}"
    made = with_tags(url, {"source": value})
    base, sign, fragment = url.partition("#")
    new, new_sign, new_fragment = made.partition("#")
    assert (new_sign, new_fragment) == (sign, fragment)
    assert new.startswith(base.rstrip("&") if "?" in base else base)
    assert with_tags(made, {"source": "other"}) == made or not value
