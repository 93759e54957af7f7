"""One noun a file. Rooms import them from here."""

from .account import Account, AccountState, Keys
from .activity import Activity, Relating
from .appeal import Appeal, AppealState
from .approval import Approval, ApprovalState, ApprovalVote, Approving, HowMany
from .arrival import Arrival
from .article import Article
from .asked import Asked, AskedCount
from .attachment import Attachment
from .audit import Audit, System
from .band import Band
from .batch import Batch, BatchKind, Deed, Fate
from .breaker import Breaker
from .calendar_feed import CalendarFeed
from .consent import Consent, ConsentKind, ConsentSource
from .conversation import Conversation, ConversationStatus, Kind, Priority
from .correction import Correction, CorrectionEnd, JudgedField
from .delivery import Address, Delivery, DeliveryState, Telling
from .farewell import Farewell
from .hours import Holiday, Hours
from .judge import Judge
from .judged_day import JudgedDay
from .kpi import Kpi
from .likeness import IdentityKey, Likeness, LikenessState, PeopleSettings
from .link_tags import LinkTags
from .member import Member, Role
from .mention import Mention
from .merging import Merging
from .moderation import Care, Cover, Moderation
from .move import Move
from .note import Note
from .notice import Notice, NoticeKind, NoticeTemplate, Notifying, Way
from .notification import Notification, NotificationKind
from .objective import Objective, ObjectiveKind
from .opening import Opening, OpeningRun, OpeningRunState
from .opportunity import HouseRules, Opportunity, OpportunityState, PassReason, Scouting, Stance
from .outbox import HeldFor, Outbox, OutboxState
from .own_model import OwnModel, OwnModelState
from .owned import Actor, Owned
from .past_judgement import PastJudgement
from .people_import import ImportedLine, ImportState, LineFate, PeopleImport
from .person import NEVER, Author, Person, PersonWord
from .person_field import FieldKind, PersonField, PersonValue
from .person_note import PersonNote
from .planned import Planned, PlannedState, PlannedVersion, VersionState
from .planned_series import PlannedSeries
from .policy import POLICY_FIELDS, Policy, PolicyVersion, Severity
from .post import Decision, Post
from .posting_slot import PostingSlot
from .presence import Draft, Presence
from .promise import Promise
from .redaction import Redaction
from .relationship import FAR, Relationship, RelationshipKind, Stage, Touch
from .replay import Replay, ReplayHit, ReplayState, SampleJudgement
from .replying import Replying
from .report import Report, ReportOutcome, ReportState
from .rollup import Rollup
from .rule import Rule, RuleOutcome, RuleState
from .rule_version import RULE_FIELDS, RuleVersion
from .sanction import STANDING, Sanction, SanctionState
from .saved_reply import SavedReply
from .saved_view import Promised, Ranking, SavedView, Sort, ViewStatus, Whose
from .seal import Seal
from .sketch import Sketch, Sketching, SketchState
from .source import Source, SourceState
from .statement import Ground, NoticeState, Statement, StatementEnd
from .strike import Proposal, ProposalState, Strike
from .suggestion import Suggestion, SuggestionKind, SuggestionState
from .sweep import Sweep, SweepState
from .tag import Tag
from .target import Target
from .team import Team
from .token import ApiToken, SignInLink
from .topic import Topic, TopicKind
from .topic_version import TopicVersion
from .undoing import Undoing, UndoingState
from .user import User
from .verdict import Verdict
from .wait import Resettling, Turn, Wait, WaitEnd, WaitKind
from .waiting import Opinion, Skip, Waiting
from .word_list import WordList
from .workspace import Workspace

__all__ = [
    "FAR",
    "NEVER",
    "POLICY_FIELDS",
    "RULE_FIELDS",
    "STANDING",
    "Account",
    "AccountState",
    "Activity",
    "Actor",
    "Address",
    "ApiToken",
    "Appeal",
    "AppealState",
    "Approval",
    "ApprovalState",
    "ApprovalVote",
    "Approving",
    "Arrival",
    "Article",
    "Asked",
    "AskedCount",
    "Attachment",
    "Audit",
    "Author",
    "Band",
    "Batch",
    "BatchKind",
    "Breaker",
    "CalendarFeed",
    "Care",
    "Consent",
    "ConsentKind",
    "ConsentSource",
    "Conversation",
    "ConversationStatus",
    "Correction",
    "CorrectionEnd",
    "Cover",
    "Decision",
    "Deed",
    "Delivery",
    "DeliveryState",
    "Draft",
    "Farewell",
    "Fate",
    "FieldKind",
    "Ground",
    "HeldFor",
    "Holiday",
    "Hours",
    "HouseRules",
    "HowMany",
    "IdentityKey",
    "ImportState",
    "ImportedLine",
    "Judge",
    "JudgedDay",
    "JudgedField",
    "Keys",
    "Kind",
    "Kpi",
    "Likeness",
    "LikenessState",
    "LineFate",
    "LinkTags",
    "Member",
    "Mention",
    "Merging",
    "Moderation",
    "Move",
    "Note",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "NoticeTemplate",
    "Notification",
    "NotificationKind",
    "Notifying",
    "Objective",
    "ObjectiveKind",
    "Opening",
    "OpeningRun",
    "OpeningRunState",
    "Opinion",
    "Opportunity",
    "OpportunityState",
    "Outbox",
    "OutboxState",
    "OwnModel",
    "OwnModelState",
    "Owned",
    "PassReason",
    "PastJudgement",
    "PeopleImport",
    "PeopleSettings",
    "Person",
    "PersonField",
    "PersonNote",
    "PersonValue",
    "PersonWord",
    "Planned",
    "PlannedSeries",
    "PlannedState",
    "PlannedVersion",
    "Policy",
    "PolicyVersion",
    "Post",
    "PostingSlot",
    "Presence",
    "Priority",
    "Promise",
    "Promised",
    "Proposal",
    "ProposalState",
    "Ranking",
    "Redaction",
    "Relating",
    "Relationship",
    "RelationshipKind",
    "Replay",
    "ReplayHit",
    "ReplayState",
    "Replying",
    "Report",
    "ReportOutcome",
    "ReportState",
    "Resettling",
    "Role",
    "Rollup",
    "Rule",
    "RuleOutcome",
    "RuleState",
    "RuleVersion",
    "SampleJudgement",
    "Sanction",
    "SanctionState",
    "SavedReply",
    "SavedView",
    "Scouting",
    "Seal",
    "Severity",
    "SignInLink",
    "Sketch",
    "SketchState",
    "Sketching",
    "Skip",
    "Sort",
    "Source",
    "SourceState",
    "Stage",
    "Stance",
    "Statement",
    "StatementEnd",
    "Strike",
    "Suggestion",
    "SuggestionKind",
    "SuggestionState",
    "Sweep",
    "SweepState",
    "System",
    "Tag",
    "Target",
    "Team",
    "Telling",
    "Topic",
    "TopicKind",
    "TopicVersion",
    "Touch",
    "Turn",
    "Undoing",
    "UndoingState",
    "User",
    "Verdict",
    "VersionState",
    "ViewStatus",
    "Wait",
    "WaitEnd",
    "WaitKind",
    "Waiting",
    "Way",
    "Whose",
    "WordList",
    "Workspace",
]
