"""An Ozone with many reported posts, in whose team our account is."""

from pathlib import Path
from urllib.parse import parse_qs

from hubbub.connectors.ozone import REPORT, VERBS

from ..conftest import Asked, Reply, Server
from . import MANY, Works
from .bluesky import account, answer, moment, post, uri


def event(number: int) -> dict[str, object]:
    subject = {"$type": "com.atproto.repo.strongRef", "uri": uri(number), "cid": f"bafy{number:08}"}
    what = {"$type": REPORT, "reportType": "com.atproto.moderation.defs#reasonSpam", "comment": "Sells gold"}
    given = {"id": number, "event": what, "subject": subject, "createdBy": "did:plc:bob"}
    return {**given, "creatorHandle": "bob.test", "createdAt": moment(number)}


def record(one: str) -> dict[str, object]:
    view = post(int(one.rpartition("/")[2]))
    return {"uri": one, "cid": view["cid"], "value": view["record"], "repo": view["author"], "moderation": {}}


def working(_tmp_path: Path, server: Server) -> Works:
    def events(asked: Asked) -> Reply:
        query = parse_qs(asked.target.partition("?")[2])
        after, last = query.get("createdAfter", [""])[0], int(query.get("cursor", ["0"])[0])
        page = [number for number in range(last + 1, MANY + 1) if moment(number) >= after][: int(query["limit"][0])]
        return answer({"events": [event(number) for number in page], "cursor": str(page[-1]) if page else ""})

    def records(asked: Asked) -> Reply:
        return answer({"records": [record(one) for one in parse_qs(asked.target.partition("?")[2])["uris"]]})

    def statuses(asked: Asked) -> Reply:
        many = int(parse_qs(asked.target.partition("?")[2])["limit"][0])
        subjects = [{"subject": event(number)["subject"]} for number in range(MANY, MANY - many, -1)]
        return answer({"subjectStatuses": subjects})

    server.answers["/xrpc/tools.ozone.server.getConfig"] = answer(
        {"viewer": {"role": "tools.ozone.team.defs#roleModerator"}}
    )
    server.answers["/xrpc/tools.ozone.moderation.queryEvents"] = events
    server.answers["/xrpc/tools.ozone.moderation.queryStatuses"] = statuses
    server.answers["/xrpc/tools.ozone.moderation.getRecords"] = records
    return Works({**account(server), "labeler": "did:plc:labeler"}, says="100 or more", can=VERBS)
