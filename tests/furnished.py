"""A workspace with at least one row of everything that an address can name."""

from datetime import UTC, datetime, timedelta

from django.apps import apps
from django.db import connection, transaction

from hubbub.core.policies import Guideline
from hubbub.core.text.judgement import Judgement
from hubbub.store import judgements, outbox, policies
from hubbub.store.audit import audit
from hubbub.store.counting import Counts
from hubbub.store.models import (
    Account,
    AccountState,
    ApiToken,
    Arrival,
    Audit,
    Batch,
    Conversation,
    Correction,
    Judge,
    Keys,
    Kpi,
    Member,
    Moderation,
    Note,
    Objective,
    ObjectiveKind,
    Opinion,
    Outbox,
    OutboxState,
    OwnModel,
    OwnModelState,
    Post,
    Report,
    Role,
    Rollup,
    Rule,
    RuleOutcome,
    RuleState,
    Source,
    SourceState,
    Sweep,
    Target,
    TopicVersion,
    Verdict,
    Workspace,
)
from hubbub.store.models.token import digest
from tests.furnished_appeals import furnish_appeals
from tests.furnished_calendar import furnish_calendar
from tests.furnished_deeds import furnish_deeds
from tests.furnished_helpful import furnish_helpful
from tests.furnished_inbox import furnish_inbox
from tests.furnished_notifications import furnish_notifications
from tests.furnished_opportunities import furnish_opportunities
from tests.furnished_people import furnish_people
from tests.furnished_promises import furnish_promises
from tests.furnished_relations import furnish_relations
from tests.furnished_replying import furnish_replying
from tests.furnished_rules import furnish_rules
from tests.furnished_strikes import furnish_strikes
from tests.furnished_talks import furnish_talks
from tests.world import (
    NOON,
    make_author,
    make_conversation,
    make_member,
    make_mention,
    make_post,
    make_source,
    make_topic,
)

FAR = datetime(2100, 1, 1, tzinfo=UTC)


def mark(slug: str) -> str:
    """A word that stands in the rows of one workspace only."""
    return f"only-{slug}"


def spread_keys() -> None:
    """Let the keys of each table begin elsewhere, so that a row of one is never taken for a row of another."""
    with connection.cursor() as cursor:
        for number, model in enumerate(apps.get_app_config("store").get_models(), 1):
            table, start = model._meta.db_table, number * 1000
            if connection.vendor == "postgresql":
                forward = "SELECT setval(s, greatest(nextval(s), %s)) FROM pg_get_serial_sequence(%s, 'id') AS s"
                cursor.execute(forward, [start, table])
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, start])


def furnish(workspace: Workspace, admin: Member) -> dict[str, int]:
    """Fill it, and say by noun which row an address may name."""
    own = mark(workspace.slug)
    source = make_source(workspace, f"Blog {own}")
    broken = make_source(
        workspace, f"News site {own}", kind="feed", settings={"url": "https://news.example.org/feed"}, owned=False,
        can=[], state=SourceState.BROKEN, failures=7, error="The address answered 404: check that it is a feed",
    )  # fmt: skip
    topic = make_topic(workspace, f"Acme {own}")
    version = TopicVersion.everywhere.create(
        workspace=workspace, topic=topic, number=1, name=topic.name, kind="brand", query=f"ackme {own}", by=admin,
        by_name=str(admin), why=f"A first try {own}", at=NOON,
    )  # fmt: skip
    make_topic(workspace, f"Field {own}", "coffee OR tea", kind="industry")
    author, other = make_author(workspace, f"carol-{own}"), make_author(workspace, f"dave-{own}")
    post = make_post(source, f"I like acme, but the lid leaks {own}.", 1, author=author)
    queued = make_post(source, f"acme? buy pills here {own}", 2, author=other, thread="two", decision="queued")
    for number in range(3, 9):
        make_post(
            broken, f"Coffee number {number} by acme {own}", number, author=other, thread=f"n{number}", type="article"
        )
    make_mention(post, topic, [["text", 7, 11]])
    make_mention(queued, topic, [["text", 0, 4]])
    talk = make_conversation(post)
    make_conversation(queued, status="done")
    note = Note.everywhere.create(
        workspace=workspace, conversation=talk, by=admin, by_name=str(admin), text=f"Known lid {own}", at=NOON
    )
    rule = _rules(workspace, queued)
    sent, entry = _outbox(post, admin)
    kpi = _objective(workspace, topic)
    colleague = make_member(workspace, f"dora-{workspace.slug}", Role.VIEWER)
    token = make_token(admin, Role.VIEWER, f"{own} row")
    for hour in range(4):
        when = NOON + timedelta(hours=hour)
        Rollup.everywhere.create(workspace=workspace, hour=when, source=source, posts=5 + hour)
        Rollup.everywhere.create(workspace=workspace, hour=when, source=source, topic=topic, posts=hour)
    _sent_to_us(queued)
    word, own = _judged(queued, admin)
    appealed = furnish_appeals(queued, colleague, rule, mark(workspace.slug))
    return {
        "correction": word.pk, "own": own.pk,
        "source": source.pk, "topic": topic.pk, "author": author.pk, "person": author.person_id, "post": queued.pk,
        "conversation": talk.pk, "note": note.pk, "rule": rule.pk, "outbox": sent.pk, "objective": kpi.objective_id,
        "kpi": kpi.pk, "entry": entry.pk, "target": kpi.targets.get().pk, "member": colleague.pk, "token": token.pk,
        "account": _account(broken), "version": version.pk, "policy": _policies(workspace, admin),
        **_waiting(queued, admin, colleague), **furnish_deeds(queued, admin, rule, mark(workspace.slug)),
        **appealed, **furnish_opportunities(broken, admin, mark(workspace.slug)),
        **furnish_strikes(queued, mark(workspace.slug)), **_engaged(talk, queued, admin, colleague),
        **furnish_rules(queued, admin, rule, mark(workspace.slug)),
    }  # fmt: skip


def _engaged(talk: Conversation, queued: Post, admin: Member, colleague: Member) -> dict[str, int]:
    """What the inbox, the calendar and the pages of people hold."""
    own = mark(talk.workspace.slug)
    return {
        **furnish_helpful(talk, admin, own), **furnish_inbox(talk, admin, own),
        **furnish_replying(talk, admin, colleague, own), **furnish_calendar(queued, admin, own),
        **furnish_notifications(talk.pk, admin, own), **furnish_promises(talk, own),
        **furnish_talks(talk, admin, own), **furnish_relations(queued, own),
        # after them: a merge has the loop count a person anew
        **furnish_people(queued, admin, own),
    }  # fmt: skip


def _policies(workspace: Workspace, admin: Member) -> int:
    """The starter set, and one of its own that was changed once."""
    own, known = mark(workspace.slug), policies.policies(workspace)
    given = Guideline(f"tone-{workspace.slug}", f"Mind your tone {own}", f"Be kind {own}.", "Shouting", "Laughing")
    with transaction.atomic():
        policy = policies.add(workspace, given, len(known) + 1, by=admin, why=f"Asked for {own}")
        policy.version, policy.text = 2, f"Be kind to each other {own}."
        policy.save()
        policies.keep_version(policy, by=admin, why="Clearer")
    Moderation.everywhere.get_or_create(workspace=workspace)
    return policy.pk


def _waiting(post: Post, admin: Member, colleague: Member) -> dict[str, int]:
    """What stands around a post in the queue: a question of a colleague, a question of one's own about another, and a
    decision about many."""
    workspace, own = post.workspace, mark(post.workspace.slug)
    Opinion.everywhere.create(
        workspace=workspace, post=post, by=colleague, by_name=f"Dora {own}", note=f"Satire? {own}", asked=NOON
    )
    Opinion.everywhere.create(workspace=workspace, post=post, by=admin, by_name=str(admin), asked=NOON)
    batch = Batch.everywhere.create(
        workspace=workspace, kind="bulk", name=f"Hidden: 300 posts {own}", by_member=admin, by_name=str(admin), at=NOON
    )
    sweep = Sweep.everywhere.create(
        workspace=workspace, posts=[], decision="hidden", by=admin, by_name=f"Anna {own}", at=NOON, total=300, done=40,
        batch=batch,
    )  # fmt: skip
    return {"batch": batch.pk, "sweep": sweep.pk}


def _sent_to_us(post: Post) -> None:
    """A report by a member, and a message that the loop has not taken in yet."""
    own, workspace = mark(post.workspace.slug), post.workspace
    Report.everywhere.create(
        workspace=workspace, source=post.source, native_id=f"r {own}", post=post, about=post.native_id,
        name=f"Erin {own}", email=f"erin@{own}.example.org", why=f"It sells {own}", at=NOON, taken=NOON,
    )  # fmt: skip
    body = f'{{"id": "late", "text": "late {own}"}}'.encode()
    Arrival.everywhere.create(workspace=workspace, source=post.source, key=f"m {own}", body=body, items=1, at=NOON)


def _judged(post: Post, admin: Member) -> tuple[Correction, OwnModel]:
    """The post, judged, with a person's word on it, and a layer of the workspace's own."""
    own, workspace = mark(post.workspace.slug), post.workspace
    judge = Judge.everywhere.create(workspace=workspace, version=f"1 {own}", made_of=f"1 {own}", since=NOON)
    said = Judgement("en", 0.9, "negative", -0.4, 0.7, 0.1, 0.2, "complaint", 0.5)
    judgements.settle([post], [said], judge.pk, now=NOON)
    word = Correction.everywhere.create(
        workspace=workspace, post=post, field="intent", value="promotion", was="complaint", was_sure=0.5,
        was_judge=judge, says="complaint", says_sure=0.5, by=admin, by_name=str(admin), why=f"It sells {own}", at=NOON,
    )  # fmt: skip
    Post.of(workspace).filter(pk=post.pk).update(intent="promotion", intent_sure=1.0, corrected="intent")
    counts = Counts(workspace)
    counts.add_posts([Post.of(workspace).get(pk=post.pk)])
    counts.save()
    model = OwnModel.everywhere.create(
        workspace=workspace, state=OwnModelState.READY, version=judge.version, trained_on=240, by=admin,
        by_name=f"{admin} {own}", at=NOON, done=NOON,
    )  # fmt: skip
    return word, model


def _account(source: Source) -> int:
    """Our account there, signed out by its network."""
    own = mark(source.workspace.slug)
    account = Account(
        workspace=source.workspace, kind=source.kind, host="news.example.org", native_id=own, name=f"@acme {own}",
        state=AccountState.REFUSED, error=f"It says no {own}",
    )  # fmt: skip
    account.keep(Keys(fills={"token": own}))
    account.save()
    Source.of(source.workspace).filter(pk=source.pk).update(our_account=account, signed_in=True)
    return account.pk


def make_token(member: Member, role: Role, secret: str, **more: object) -> ApiToken:
    """A token that ends in the year 2100."""
    given = {"name": secret, "role": role, "hashed": digest(secret), "ends": FAR, **more}
    return ApiToken.everywhere.create(workspace=member.workspace, member=member, **given)


def _rules(workspace: Workspace, post: object) -> Rule:
    rule = Rule.everywhere.create(
        workspace=workspace,
        name=f"Pills {mark(workspace.slug)}",
        when="pills",
        then=RuleOutcome.QUEUE,
        state=RuleState.LIVE,
        because=f"Speaks of pills {mark(workspace.slug)}",
    )
    Rule.everywhere.create(
        workspace=workspace, name=f"Links {mark(workspace.slug)}", when="has:link", because="Has a link", position=1
    )
    Verdict.everywhere.create(
        workspace=workspace, post=post, rule=rule, rule_name=rule.name, state=RuleState.LIVE,
        outcome=RuleOutcome.QUEUE, because=rule.because, spans=[["text", 10, 15]], at=NOON,
    )  # fmt: skip
    return rule


def _outbox(post: Post, admin: Member) -> tuple[Outbox, Audit]:
    with transaction.atomic():
        row = outbox.put(post, "reply", by=admin, text=f"Thank you, a new lid comes {mark(post.workspace.slug)}.")
        broken = outbox.put(post, "reply", by=admin, text=f"And a second one {mark(post.workspace.slug)}.")
        entry = audit(post, "reply", by=admin, why="asked for help", after={"state": "waiting"})
    Outbox.everywhere.filter(pk=row.pk).update(due=FAR)
    Outbox.everywhere.filter(pk=broken.pk).update(
        due=FAR, state=OutboxState.BROKEN, tries=3, error="The site says that the application password is wrong"
    )
    return broken, entry


def _objective(workspace: Workspace, topic: object) -> Kpi:
    aim = Objective.everywhere.create(
        workspace=workspace, kind=ObjectiveKind.FANS, name=f"More fans {mark(workspace.slug)}", why="They help"
    )
    kpi = Kpi.everywhere.create(workspace=workspace, objective=aim, measure="mentions", topic=topic)
    Target.everywhere.create(
        workspace=workspace, kpi=kpi, value=40, by_day=FAR.date(), baseline=10, set_by="alice", set_at=NOON
    )
    return kpi
