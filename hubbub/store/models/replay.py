"""Replay: what a rule would have done with stored posts; ReplayHit: a post behind its numbers; SampleJudgement: what a
person said of such a post."""

from django.db import models

from .member import Member
from .owned import Owned
from .post import Post
from .rule import Rule


class ReplayState(models.TextChoices):
    """Whether the loop goes on with it."""

    RUNNING = "running", "Under way"
    STOPPED = "stopped", "Stopped"
    DONE = "done", "Done"
    BROKEN = "broken", "Cannot go on"  # `error` says why


class Replay(Owned):
    """One replay of one wording of a rule. `kept` moves on in the transaction that writes down the hits, so that a
    killed worker goes on where the last one was."""

    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="replays")
    rule_name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()  # of the rule, on which it was begun
    draft = models.JSONField()  # what was replayed: the fields of a RuleVersion
    changed = models.BooleanField(default=False)  # whether that is another wording than the version's
    compared = models.JSONField(null=True)  # the wording in force that it is held against; None: against none
    days = models.PositiveIntegerField()
    most = models.PositiveIntegerField()  # posts; of more a sample is drawn
    state = models.CharField(max_length=7, choices=ReplayState.choices, default=ReplayState.RUNNING)
    error = models.TextField(blank=True)
    kept = models.BinaryField(default=b"")  # how far it is and what it counted; of `compared` as well
    looked_at = models.PositiveIntegerField(default=0)
    wanted = models.PositiveIntegerField(default=0)  # posts to look at, roughly; 0: not begun yet
    touched = models.PositiveIntegerField(default=0)
    adds = models.PositiveIntegerField(default=0)  # posts that the wording in force does not touch
    loses = models.PositiveIntegerField(default=0)  # posts that the wording in force alone touches
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    share = models.FloatField(default=1.0)  # of the posts of that time that is looked at
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    holder = models.CharField(max_length=32, blank=True)  # the worker that has the lease

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["id"], name="replay_running", condition=models.Q(state="running")),
            models.Index(fields=["workspace", "-id"], name="replay_newest"),
        ]

    def __str__(self) -> str:
        return f"Replay of {self.rule_name}, version {self.version}"


class ReplayHit(Owned):
    """One post that the replayed wording touched, or the one in force, or that it missed."""

    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, db_index=False, related_name="hits")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    touched = models.BooleanField()
    before = models.BooleanField(default=False)  # touched by the wording in force
    unchecked = models.BooleanField(default=False)
    said = models.BooleanField(null=True)  # whether people decided so, too; None: nobody decided
    day = models.DateField()
    from_source = models.BigIntegerField()  # ids: what they name may be gone
    by_person = models.BigIntegerField(null=True)
    spans = models.JSONField(default=list)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["replay", "post"], name="replay_hit_once")]

    def __str__(self) -> str:
        return f"{self.replay_id}: {self.post_id}"


class SampleJudgement(Owned):
    """What a person says of a post that a replay touched: whether the rule is right there. One a rule and post, the
    newest; it counts for every replay of the rule."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="judgements")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    agrees = models.BooleanField()  # the rule should touch it
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["rule", "post"], name="sample_judgement_once")]

    def __str__(self) -> str:
        return f"{self.by_name} on {self.post_id}"
