"""A post's key in the index: workspace, hour and id in one number, so that the index itself runs newest first.

Bits, from the highest: 13 for the workspace, 20 for the hour since 1970, 30 for the post. Within one hour keys run by
id, not by time: who reads them puts the posts of an hour in order.
"""

from datetime import UTC, datetime, timedelta

HOUR_BITS, ID_BITS = 20, 30
WORKSPACES, IDS = 1 << 13, 1 << ID_BITS  # from here on there is no key: such posts are searched one by one
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def hour_of(published: datetime) -> int:
    """Hours since 1970; what was said before counts as said then."""
    return min(max(0, (published - _EPOCH) // _HOUR), (1 << HOUR_BITS) - 1)


def key_of(workspace: int, published: datetime, post: int) -> int:
    """The key of a post."""
    return begin_of(workspace, hour_of(published)) | post


def begin_of(workspace: int, hour: int) -> int:
    """What all keys of a workspace's hour, and of later ones, are not below."""
    return workspace << (HOUR_BITS + ID_BITS) | hour << ID_BITS


def end_of(workspace: int) -> int:
    """What all keys of a workspace are below."""
    return (workspace + 1) << (HOUR_BITS + ID_BITS)


def hour_in(key: int) -> int:
    """The hour that a key carries."""
    return key >> ID_BITS & ((1 << HOUR_BITS) - 1)


def moment_of(key: int) -> datetime:
    """When the hour begins that a key carries."""
    return _EPOCH + hour_in(key) * _HOUR


def post_in(key: int) -> int:
    """The id of its post."""
    return key & (IDS - 1)


def workspace_in(key: int) -> int:
    """The id of its workspace."""
    return key >> (HOUR_BITS + ID_BITS)


def indexable(workspace: int, newest: int) -> bool:
    """Whether all posts of a workspace have keys; `newest` is the highest id of any post."""
    return workspace < WORKSPACES and newest < IDS
