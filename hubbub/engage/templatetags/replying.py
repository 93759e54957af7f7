"""Tags for the composer and for what became of an answer."""

from django import template
from django.template.context import Context
from msgspec import json

from hubbub.engage.person import Card
from hubbub.engage.replying import composer as composing
from hubbub.engage.replying.fates import Fate, fate
from hubbub.engage.thread import Thread, newest_post
from hubbub.store.models import Conversation, Member, Outbox, Post
from hubbub.store.set_up import SetUp

from .promises import zone_in

register = template.Library()


@register.simple_tag(takes_context=True)
def composer_here(context: Context) -> composing.Composer | None:
    """For `member`'s answer to `target` in `conversation`; None where there is nobody to answer."""
    talk, post, member = context.get("conversation"), context.get("target"), context.get("member")
    if isinstance(talk, Conversation) and isinstance(post, Post) and isinstance(member, Member):
        read, card = context.get("thread"), context.get("card")
        seen = read.seen if isinstance(read, Thread) else newest_post(talk)
        theirs = isinstance(card, Card) and post.author is not None and card.person.pk == post.author.person_id
        own, around = context.get("set_up"), context.get("around")
        return composing.composer(
            talk,
            post,
            member,
            zone=zone_in(context),
            seen=seen,
            card=card if isinstance(card, Card) and theirs else None,
            set_up=own.replying if isinstance(own, SetUp) else None,
            ruled=around is None or bool(around["approving"]),
        )
    return None


@register.simple_tag(takes_context=True)
def preview_here(context: Context, text: str) -> composing.Preview | None:
    """How `text` would stand there."""
    talk, post = context.get("conversation"), context.get("target")
    return composing.preview(talk, post, text) if isinstance(talk, Conversation) and isinstance(post, Post) else None


@register.simple_tag
def fate_of(row: Outbox, post: Post | None = None) -> Fate:
    """What became of it, and what can be done. `post`: the post of ours that it became, where we have read it."""
    return fate(row, {(row.source_id, row.result_id): post} if post else {})


@register.filter
def counting(composer: composing.Composer) -> str:
    """What the page's script counts by."""
    return json.encode(composer.counter).decode()
