"""One noun a file. Rooms import them from here."""

from .audit import Audit, System
from .band import Band
from .conversation import Conversation, ConversationStatus
from .correction import Correction, CorrectionEnd, JudgedField
from .judge import Judge
from .judged_day import JudgedDay
from .kpi import Kpi
from .member import Member, Role
from .mention import Mention
from .note import Note
from .objective import Objective, ObjectiveKind
from .outbox import Outbox, OutboxState
from .own_model import OwnModel, OwnModelState
from .owned import Actor, Owned
from .past_judgement import PastJudgement
from .person import Author, Person
from .post import Decision, Post
from .rollup import Rollup
from .rule import Rule, RuleOutcome, RuleState
from .source import Source, SourceState
from .target import Target
from .token import ApiToken, SignInLink
from .topic import Topic, TopicKind
from .topic_version import TopicVersion
from .user import User
from .verdict import Verdict
from .workspace import Workspace

__all__ = [
    "Actor",
    "ApiToken",
    "Audit",
    "Author",
    "Band",
    "Conversation",
    "ConversationStatus",
    "Correction",
    "CorrectionEnd",
    "Decision",
    "Judge",
    "JudgedDay",
    "JudgedField",
    "Kpi",
    "Member",
    "Mention",
    "Note",
    "Objective",
    "ObjectiveKind",
    "Outbox",
    "OutboxState",
    "OwnModel",
    "OwnModelState",
    "Owned",
    "PastJudgement",
    "Person",
    "Post",
    "Role",
    "Rollup",
    "Rule",
    "RuleOutcome",
    "RuleState",
    "SignInLink",
    "Source",
    "SourceState",
    "System",
    "Target",
    "Topic",
    "TopicKind",
    "TopicVersion",
    "User",
    "Verdict",
    "Workspace",
]
