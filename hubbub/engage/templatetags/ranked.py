"""A tag that says why a conversation stands where it does."""

from django import template
from django.utils.safestring import SafeString

from hubbub.core.priority import Score
from hubbub.ui.markup import fill, fill_each

register = template.Library()


@register.simple_tag
def why_here(score: Score | None) -> SafeString | str:
    """The parts of its score, folded away; in short for who hovers. Written here, as a page shows thirty of them and
    templates count numbers slowly."""
    if score is None:
        return ""
    parts = [(part.name, f"{part.points:.1f}", part.words, "+" if part.points > 0 else "") for part in score.parts]
    short = "\n".join(f"{name} {points}: {words}" for name, points, words, _ in parts)
    rows = fill_each(
        '<dt>{}</dt><dd><span class="nowrap">{}{}</span> {}</dd>',
        ((name, sign, points, words) for name, points, words, sign in parts),
    )
    return fill(
        '<details class="why"><summary title="{}" data-key="y" data-key-name="why a row stands where it does">'
        'why here?</summary><dl class="facts">{}<dt>Together</dt><dd>{} doublings</dd></dl></details>',
        short,
        rows,
        f"{score.points:.1f}",
    )
