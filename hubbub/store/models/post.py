"""Post: one thing that somebody said, as it was taken in, and what we decided about it."""

from datetime import UTC

from django.db import models
from msgspec import convert

from hubbub.core import post as shapes
from hubbub.core.facts import Intent, Sentiment
from hubbub.core.text.judgement import Judgement

from .owned import Owned
from .person import Author
from .source import Source

JUDGED = Judgement.__struct_fields__  # columns of a post that say what was found in it


def language_of(lang: str, language: str | None, corrected: str | None) -> str:
    """The language of a post (its columns of these names): a person's word, else the network's, else what was found."""
    if language and corrected and "language" in corrected.split():
        begins = lang.lower().replace("_", "-").partition("-")[0]
        return lang if begins == language else language  # en-GB says more than en
    return lang or language or ""


class Decision(models.TextChoices):
    """What was decided about a post; empty until somebody or some rule decides."""

    NONE = "", "Not decided"
    QUEUED = "queued", "Waits for a person"
    APPROVED = "approved", "Approved"
    HIDDEN = "hidden", "Hidden"
    REMOVED = "removed", "Removed"


class Post(Owned):
    """The stored form of `hubbub.core.post.Post`; the fields of the same name mean the same."""

    # no index of its own: `post_of_source` begins with it
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="posts", db_index=False)
    native_id = models.CharField(max_length=500)
    author = models.ForeignKey(Author, null=True, db_index=False, on_delete=models.PROTECT, related_name="posts")
    type = models.CharField(max_length=8, choices=[(name, name) for name in shapes.POST_TYPES])
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    url = models.TextField(blank=True)
    published = models.DateTimeField()
    taken = models.DateTimeField()  # when we read it
    lang = models.CharField(max_length=8, blank=True)
    parent = models.CharField(max_length=500, blank=True)
    thread = models.CharField(max_length=500, blank=True)
    repost = models.BooleanField(default=False)
    edited = models.BooleanField(default=False)
    state = models.CharField(max_length=8, default="visible", choices=[(name, name) for name in shapes.POST_STATES])
    likes = models.PositiveBigIntegerField(null=True)
    replies = models.PositiveBigIntegerField(null=True)
    shares = models.PositiveBigIntegerField(null=True)
    views = models.PositiveBigIntegerField(null=True)
    rating = models.FloatField(null=True)
    links = models.JSONField(default=list)
    media = models.JSONField(default=list)

    ours = models.BooleanField(default=False)  # written by our own account
    mentioned = models.BooleanField(default=False)  # at least one topic matched
    decision = models.CharField(max_length=8, blank=True, choices=Decision.choices, default=Decision.NONE)
    decided = models.DateTimeField(null=True)
    # the guideline that the decision rests on, and which version of it; None: none was named
    policy = models.ForeignKey(
        "store.Policy", null=True, db_index=False, db_constraint=False, on_delete=models.RESTRICT, related_name="+"
    )
    policy_version = models.PositiveIntegerField(null=True)
    conversation = models.ForeignKey("store.Conversation", null=True, on_delete=models.SET_NULL, related_name="posts")
    # of theirs, in a conversation: nobody of us has answered or closed it since; null is no (`store/answers.py`)
    waits = models.BooleanField(null=True)

    # What was found in its words, or what a person says instead; None: not judged. See `hubbub.core.text.judgement`.
    # All may be null, so that they can be added to a large table at once.
    language = models.CharField(max_length=8, null=True)  # ISO 639-1; "": unknown
    language_sure = models.FloatField(null=True)
    sentiment = models.CharField(max_length=8, null=True)
    sentiment_score = models.FloatField(null=True)
    sentiment_sure = models.FloatField(null=True)
    toxicity = models.FloatField(null=True)
    spam = models.FloatField(null=True)
    intent = models.CharField(max_length=10, null=True)
    intent_sure = models.FloatField(null=True)
    # no foreign key in the database: it would be looked up for every post that comes in
    judge = models.ForeignKey(
        "store.Judge", null=True, db_index=False, db_constraint=False, on_delete=models.RESTRICT, related_name="+"
    )  # None: not judged yet
    corrected = models.CharField(max_length=60, null=True)  # names of the fields that hold a person's word, with spaces
    # Posts that say the same: `alike` is the first of them that was read, None of the first itself and of a post alone.
    signature = models.BigIntegerField(null=True)
    alike = models.ForeignKey(
        "self", null=True, db_index=False, db_constraint=False, on_delete=models.SET_NULL, related_name="copies"
    )

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "source", "native_id"], name="post_once"),
        ]
        indexes = [
            # the stream, newest first: all posts, and those that a topic caught
            models.Index(fields=["workspace", "-published", "-id"], name="post_newest"),
            models.Index(
                fields=["workspace", "-published", "-id"],
                name="post_mentioned",
                condition=models.Q(mentioned=True),
            ),
            models.Index(fields=["source", "-published", "-id"], name="post_of_source"),
            models.Index(fields=["author", "-published", "-id"], name="post_of_author"),
            # the queue, oldest first; nearly all posts are not in it
            models.Index(
                fields=["workspace", "published", "id"], name="post_queued", condition=models.Q(decision="queued")
            ),
            # what was decided by one policy, newest first
            models.Index(fields=["policy", "-decided"], name="post_ruled", condition=models.Q(policy__isnull=False)),
            # measures of a few posts: how many were taken away, what reviews give; with all that is asked of them
            models.Index(
                fields=["workspace", "published", "decision", "source"],
                name="post_acted",
                condition=models.Q(decision="hidden") | models.Q(decision="removed"),
            ),
            models.Index(
                fields=["workspace", "published", "type", "rating"],
                name="post_rated",
                condition=models.Q(type="review"),
            ),
            # the few that say what another said before them
            models.Index(fields=["alike", "id"], name="post_alike", condition=models.Q(alike__isnull=False)),
        ]

    def __str__(self) -> str:
        return (self.title or self.text)[:80]

    @property
    def judgement(self) -> Judgement:
        """What is held of it: the model's word, or a person's instead."""
        return Judgement(
            language=self.language or "",
            language_sure=self.language_sure or 0.0,
            sentiment=convert(self.sentiment, Sentiment | None),
            sentiment_score=self.sentiment_score,
            sentiment_sure=self.sentiment_sure or 0.0,
            toxicity=self.toxicity,
            spam=self.spam,
            intent=convert(self.intent, Intent | None),
            intent_sure=self.intent_sure or 0.0,
        )

    @judgement.setter
    def judgement(self, held: Judgement) -> None:
        for name in JUDGED:
            setattr(self, name, getattr(held, name))

    def shape(self, *, found: bool = False) -> shapes.Post:
        """The post as core sees it; `found`: with the language that a person named, or that was found where its
        network says none; no topic sees either. Needs `author` to be loaded with it."""
        author = self.author
        return shapes.Post(
            id=self.native_id,
            text=self.text,
            title=self.title,
            url=self.url,
            type=convert(self.type, shapes.PostType),
            author=None if author is None else author.shape(),
            published=self.published.astimezone(UTC),
            lang=language_of(self.lang, self.language, self.corrected) if found else self.lang,
            parent=self.parent,
            thread=self.thread,
            repost=self.repost,
            edited=self.edited,
            state=convert(self.state, shapes.PostState),
            likes=self.likes,
            replies=self.replies,
            shares=self.shares,
            views=self.views,
            rating=self.rating,
            links=tuple(self.links),
            media=convert(self.media, tuple[shapes.Media, ...]),
        )
