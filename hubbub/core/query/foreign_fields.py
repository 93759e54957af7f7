"""What becomes of the fields of Brandwatch and Talkwalker: the same here, said otherwise, or not to be said."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Dialect = Literal["brandwatch", "talkwalker"]


class Known(Struct, frozen=True):
    """One field of theirs. In `to` and `phrase` the value stands for `{}`; where `to` is "" it cannot be said here."""

    to: str = ""
    phrase: str = ""  # for a value of several words, where that is written otherwise
    why: str = ""  # what is different; "" where nothing is
    wider: bool = False  # finds more than theirs
    words: bool = False  # holds words, wildcards and NEAR, as a text does
    host: bool = False  # the host is taken from the value
    bare: bool = False  # the value is written without its quotes
    choices: Mapping[str, str] = {}  # by the value in lower case, what is written in place of the whole


def _no(why: str) -> Known:
    return Known(why=why)


_PLACE = _no("Where an author lives is not known here.")
_WHO = _no("Networks tell us no gender, age or verification of an author.")
_PICTURE = _no("What a picture shows is not looked at here.")
_POST = _no("A post is not asked for by its number here.")
_LATER = _no("This is known only once a post was analysed: use it in a view, a rule or an alert.")
_SUM = _no("Sums over reactions are not counted; likes:, replies:, shares: and views: are, each by itself.")
_BLOG = Known("author:{}", why="A blog's name is looked for as the author's handle.")
_FLAG = _no("This mark of a network is not kept here.")
_LINKED = "Here `site:` finds the pages of a domain and also posts that link there."

_NETWORKS = {
    "twitter": "(site:twitter.com OR site:x.com)",
    "facebook": "site:facebook.com",
    "instagram": "site:instagram.com",
    "youtube": "(site:youtube.com OR site:youtu.be)",
    "reddit": "site:reddit.com",
    "tumblr": "site:tumblr.com",
    "pinterest": "site:pinterest.com",
    "linkedin": "site:linkedin.com",
    "tiktok": "site:tiktok.com",
    "flickr": "site:flickr.com",
    "mastodon": "source:mastodon",
    "bluesky": "source:bluesky",
}

_BRANDWATCH = {
    "title": Known("title:{}", words=True),
    "site": Known("site:{}", host=True, why=_LINKED, wider=True),
    "url": Known(
        "site:{}",
        host=True,
        why="A post's own address is looked at by its domain alone, not by the path behind it.",
        wider=True,
    ),
    "links": Known("links:{}"),
    "author": Known(
        "author:{}",
        "(author:{} OR name:{})",
        why="`author:` is the handle here; the displayed name is `name:`. Both are asked for.",
    ),
    "weblogtitle": Known("author:{}"),
    "at_mentions": Known("@{}", bare=True),
    "hashtags": Known("#{}", bare=True),
    "hashtag": Known("#{}", bare=True),
    "tags": Known("hashtag:{}", why="Tags are looked for as hashtags in title and text."),
    "language": Known("lang:{}"),
    "rating": Known("rating:{}"),
    "authorfollowers": Known("followers:{}"),
    "engagementtype": Known(
        choices={"comment": "type:comment", "reply": "is:reply", "retweet": "is:repost"},
        why="Here posts are told apart as comments, replies and reposts.",
    ),
    "imagetype": Known(choices={"image": "has:image"}),
    "publishersubtype": Known(choices={"image": "has:image", "video": "has:video"}),
    "topleveldomain": Known("site:{}", why=_LINKED, wider=True),
    "blogname": _BLOG,
    "parentblogname": _no("Whose post was reblogged is not kept here."),
    "rootblogname": _no("Whose post was reblogged is not kept here."),
    "engagingwith": _no("Whose post was answered is not asked for here; is:reply and is:repost are known."),
    "subreddit": _no("A subreddit is a source of its own: add it under Sources, or write source: with its name."),
    "subreddittopics": _FLAG,
    "subredditnsfw": _FLAG,
    "redditauthorflair": _FLAG,
    "redditpostflair": _FLAG,
    "redditspoiler": _FLAG,
    "sensitivecontent": _FLAG,
    "channelid": _no("A channel is a source of its own: add it under Sources, or write source: with its name."),
    "pubtype": _no("A source is asked for by its name: source: with the name it has here."),
    "publication": _no("A source is asked for by its name: source: with the name it has here."),
    "itemreview": _no("Which product a review is about is not known here; type:review finds reviews."),
    "minuteofday": _no("The time of day is not asked for; published: and age: are known."),
    "continent": _PLACE, "country": _PLACE, "region": _PLACE, "city": _PLACE, "latitude": _PLACE, "longitude": _PLACE,
    "authorgender": _WHO, "authorverified": _WHO, "authorverifiedtype": _WHO,
    "brandids": _PICTURE, "objects": _PICTURE,
    "guid": _POST, "engagingwithguid": _POST, "parentpostid": _POST, "rootpostid": _POST,
    "sentiment": _LATER,
}  # fmt: skip

_SOURCE_TYPES = {
    **{f"socialmedia_{name}": written for name, written in _NETWORKS.items()},
    **dict.fromkeys(
        ("onlinenews", "onlinenews_newspaper", "onlinenews_magazine", "onlinenews_agency", "onlinenews_tvradio",
         "onlinenews_pressreleases", "onlinenews_other", "newspaper", "magazine", "press", "pressrelease", "blog",
         "blog_personal", "blog_other", "print"),
        "type:article",
    ),
    **dict.fromkeys(("review", "reviews", "customer_review"), "type:review"),
}  # fmt: skip

_TALKWALKER = {
    "title": Known("title:{}", words=True),
    "content": Known("text:{}", words=True),
    "author": Known(
        "(author:{} OR name:{})",
        why="`author:` is the handle here, `name:` the displayed name. Both are asked for.",
    ),
    "author_short": Known("author:{}"),
    "lang": Known("lang:{}"),
    "language": Known("lang:{}"),
    "site": Known("site:{}", host=True, why=_LINKED, wider=True),
    "host": Known("site:{}", host=True, why=_LINKED, wider=True),
    "hosturl": Known("site:{}", host=True, why=_LINKED, wider=True),
    "domain": Known("site:{}", host=True, why=_LINKED, wider=True),
    "domainurl": Known("site:{}", host=True, why=_LINKED, wider=True),
    "url": Known(
        "site:{}",
        host=True,
        why="A post's own address is looked at by its domain alone, not by the path behind it.",
        wider=True,
    ),
    "outlinks": Known("links:{}"),
    "links": Known("links:{}"),
    "link": Known("links:{}"),
    "mention": Known("@{}", bare=True),
    "hashtag": Known("#{}", bare=True),
    "sourcetype": Known(choices=_SOURCE_TYPES, why=_LINKED),
    "source": Known(choices=_NETWORKS, why=_LINKED),
    "is": Known(
        choices={
            "retweet": "is:repost", "repost": "is:repost", "share": "is:repost", "reply": "is:reply",
            "comment": "type:comment", "original": "NOT is:repost", "question": "has:question",
        }
    ),
    "has": Known(
        choices={
            "image": "has:image", "images": "has:image", "video": "has:video", "videos": "has:video",
            "link": "has:link", "links": "has:link",
        }
    ),
    "posttype": Known(choices={"image": "has:image", "video": "has:video", "link": "has:link", "text": "type:post"}),
    "rating": Known("rating:{}"),
    "followers": Known("followers:{}"),
    "published": Known("published:{}"),
    "likes": Known("likes:{}"),
    "shares": Known("shares:{}"),
    "views": Known("views:{}"),
    "comments": Known("replies:{}"),
    "engagement": _SUM,
    "reach": _no("How many a post may have reached is not estimated here; views: and followers: are known."),
    "fanpage": _no("A page is a source of its own: add it under Sources, or write source: with its name."),
    "channel": _no("A channel is a source of its own: add it under Sources, or write source: with its name."),
    "panel": _no("Sources are asked for one by one: source: with the name each has here."),
    "indexed": _no("When a post was found is not asked for; published: and age: are known."),
    "searchindexed": _no("When a post was found is not asked for; published: and age: are known."),
    "sourcecountry": _PLACE, "sourcegeo": _PLACE, "country": _PLACE, "region": _PLACE, "city": _PLACE, "geo": _PLACE,
    "gender": _WHO, "age": _WHO, "demographic": _WHO, "interest": _WHO, "occupation": _WHO, "family": _WHO,
    "image": _PICTURE, "logo": _PICTURE, "object": _PICTURE, "scene": _PICTURE,
    "docid": _POST, "id": _POST, "parenturl": _POST, "rooturl": _POST,
    "sentiment": _LATER, "emotion": _no("Feelings beyond the mood of a post are not worked out here."),
    "noise": _LATER, "tag": _no("Tags are put on posts here, later: use tag: in a view."),
}  # fmt: skip

FOREIGN: Mapping[Dialect, Mapping[str, Known]] = {"brandwatch": _BRANDWATCH, "talkwalker": _TALKWALKER}
