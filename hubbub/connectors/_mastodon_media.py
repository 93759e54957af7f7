"""Pictures, films and sounds that go out with a post on Mastodon: uploaded, and waited for while they are worked on."""

from msgspec import Struct

from hubbub.core.failures import Broken, Retry

from ._connector import Act
from ._http import Http, Parts
from ._mastodon_server import Instance, Server
from ._media import Attached, MediaLimits, fits

WAITS = (1.0, 1.0, 2.0, 3.0, 5.0, 8.0)  # seconds between two looks at whether a file is ready
IMAGE, FILM = 16_777_216, 103_809_024  # bytes, as Mastodon ships
TAKES = MediaLimits(
    many=4,
    kinds={"image/*": IMAGE, "video/*": FILM, "audio/*": FILM},
    alone=("video/*", "audio/*"),
    alt=1500,
    verbs=frozenset({"post", "reply", "message"}),
)


class _Uploaded(Struct, frozen=True):
    id: str


class _Refusal(Struct, frozen=True):
    error: str = ""


def taken_by(instance: Instance) -> MediaLimits:
    """What this very server takes, where it says."""
    told = instance.configuration.media_attachments
    film = told.video_size_limit or FILM
    kinds: dict[str, int | None] = {"image/*": told.image_size_limit or IMAGE, "video/*": film, "audio/*": film}
    if told.supported_mime_types:
        kinds = {one: kinds.get(f"{one.partition('/')[0]}/*") for one in told.supported_mime_types}
    many = instance.configuration.statuses.max_media_attachments or TAKES.many
    alt = told.description_limit or TAKES.alt
    return MediaLimits(many=many, kinds=kinds, alone=TAKES.alone, alt=alt, verbs=TAKES.verbs)


def upload_all(server: Server, act: Act, http: Http) -> list[str]:
    """The files' numbers, all of them ready. What an earlier try uploaded is used again as long as we run; what is
    left over after a crash hangs on no post, and servers clear it away."""
    if not act.media:
        return []
    fits(act.media, taken_by(server.instance()), network=server.host, verb=act.verb)
    return [
        _upload(server, f"mastodon file {server.address} {act.key} {n}", one, http) for n, one in enumerate(act.media)
    ]


def _upload(server: Server, known_as: str, file: Attached, http: Http) -> str:
    if (known := http.known.get(known_as)) and server.ask(
        f"/api/v1/media/{known}", accept=frozenset({404})
    ).status != 404:
        _wait(server, known, file, http)
        return known
    fields = {"description": file.alt} if file.alt else {}
    body = Parts("file", file.name, file.mime, file.data, fields)
    answer = server.ask("/api/v2/media", method="POST", body=body, accept=frozenset({422}))
    if answer.status == 422:
        raise _refused(server, file, answer.json(_Refusal).error)
    number = answer.json(_Uploaded).id
    http.known[known_as] = number
    if answer.status == 202:
        _wait(server, number, file, http)
    return number


def _wait(server: Server, number: str, file: Attached, http: Http) -> None:
    for pause in (*WAITS, None):
        answer = server.ask(f"/api/v1/media/{number}", accept=frozenset({422}))
        if answer.status == 422:
            raise _refused(server, file, answer.json(_Refusal).error)
        if answer.status != 206:
            return
        if pause is not None:
            http.pause(pause)
    raise Retry(f"{server.host} still works on the file “{file.name}”. It is sent when that is done.")


def _refused(server: Server, file: Attached, says: str) -> Broken:
    said = f" It says: {says[:200]}" if says else ""
    return Broken(f"{server.host} does not take the file “{file.name}”: its kind or size does not suit it.{said}")
