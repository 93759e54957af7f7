"""Trying a source's settings before they are saved, and keeping between two tries what may not be shown again."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from msgspec import DecodeError, Struct, json, structs

from hubbub.connectors import Connector, Found, connectors
from hubbub.core.failures import Broken, Retry
from hubbub.store.keys import SealBroken, seal, unseal
from hubbub.store.models import Member, Source
from hubbub.ui.api import Refusal
from hubbub.ui.door import door

from . import uploads
from .uploads import Upload

LASTS = timedelta(hours=2)  # how long a form that was left open still knows its secrets


class Kept(Struct, frozen=True):
    """What a form holds without showing it, by the connector's field: secrets that were typed, files that came."""

    secrets: dict[str, str] = {}
    uploads: dict[str, Upload] = {}

    def over(self, older: "Kept") -> "Kept":
        """This, and what it lacks from `older`."""
        return Kept({**older.secrets, **self.secrets}, {**older.uploads, **self.uploads})


NOTHING = Kept()


class _Sealed(Struct, frozen=True):
    member: int
    kind: str
    until: float  # seconds since 1970
    kept: Kept


class Answers(Struct, frozen=True):
    """What a source's form was filled in with. `settings` may be shown, `secrets` may not."""

    name: str
    settings: dict[str, str]
    secrets: dict[str, str]

    @property
    def whole(self) -> dict[str, str]:
        """As the connector is given them."""
        return {**self.settings, **self.secrets}


class Tried(Struct, frozen=True):
    """What became of a try. `found` is None where it failed; `says` then holds the reason and the mend."""

    says: str
    found: Found | None = None
    later: bool = False  # it failed, and may work later as it stands


def seal_kept(kept: Kept, *, kind: str, member: Member, now: datetime) -> str:
    """For a hidden field: only this installation can open it, only for this member and kind, and not for long."""
    if not kept.secrets and not kept.uploads:
        return ""
    sealed = _Sealed(member.pk, kind, (now + LASTS).timestamp(), kept)
    return seal(json.encode(sealed).decode(), settings.SEALING_KEY).decode()


def open_kept(text: str, *, kind: str, member: Member, now: datetime) -> Kept:
    """The other way. What is forged, another's, of another kind or too old holds nothing."""
    if not text:
        return NOTHING
    try:
        sealed = json.decode(unseal(text.encode(), settings.SEALING_KEY), type=_Sealed)
    except (SealBroken, DecodeError):
        return NOTHING
    fits = sealed.member == member.pk and sealed.kind == kind and now.timestamp() < sealed.until
    return sealed.kept if fits else NOTHING


def gather(
    connector: Connector,
    typed: Mapping[str, str],
    files: Mapping[str, UploadedFile],
    *,
    member: Member,
    now: datetime,
) -> Kept:
    """What this request adds to what its form kept: secrets typed now, files that came with it.

    An address that carries a password (https://user:password@host) is a secret as a whole.
    """
    kept = open_kept(typed.get("sealed", ""), kind=connector.kind, member=member, now=now)
    secrets, came = dict(kept.secrets), dict(kept.uploads)
    for field in connector.fields:
        text = typed.get(html_name(field.name), "").strip()
        file = files.get(html_name(field.name))
        if field.kind == "secret" and text:
            secrets[field.name] = text
        elif field.kind == "url" and text:
            if without_password(text) != text:
                secrets[field.name] = text
            elif without_password(secrets.get(field.name, text)) != text:
                del secrets[field.name]  # another address was typed over the one with the password
        elif field.kind == "upload" and file is not None:
            uploads.sweep(member.workspace, now)
            came[field.name] = uploads.keep(member.workspace, file)
    return Kept(secrets, came)


def kept_by(source: Source, connector: Connector) -> Kept:
    """What a saved source keeps. Its secrets are left out where the key they were sealed with is lost."""
    try:
        whole = source.own_settings()
    except SealBroken:
        whole = {str(name): str(value) for name, value in source.settings.items()}
    secret = {name: value for name, value in whole.items() if source.settings.get(name) != value}
    files = {
        field.name: Upload(whole[field.name], whole.get(uploads.NAME_OF.format(field.name), "file"))
        for field in connector.fields
        if field.kind == "upload" and whole.get(field.name)
    }
    return Kept(secret, files)


def shown_settings(source: Source) -> list[tuple[str, str, str]]:
    """Name, label and value of what a source was told, without anything that may not be shown."""
    known = connectors().get(source.kind)
    if known is None:
        return []
    kept = kept_by(source, known)
    shown = []
    for field in known.fields:
        value = str(source.settings.get(field.name, ""))
        if field.kind == "secret":
            value = "kept, not shown" if field.name in kept.secrets else ""
        elif field.kind == "upload":
            value = kept.uploads[field.name].name if field.name in kept.uploads else ""
        elif field.kind == "choice":
            value = dict(field.choices).get(value, value)
        elif field.name in kept.secrets:
            value += " (with a user and password, not shown)"
        if value:
            shown.append((field.name, field.label, value))
    return shown


def attempt(connector: Connector, values: Mapping[str, str], kept: Kept) -> Tried:
    """Ask the connector to check the settings. Nothing is changed anywhere."""
    try:
        found = connector.check(values, door(hurry=True))
    except (Retry, Broken) as failure:
        return Tried(_readable(str(failure), kept), later=isinstance(failure, Retry))
    name = found.name
    for upload in kept.uploads.values():
        if name == Path(upload.path).stem:
            name = upload.name.rsplit(".", 1)[0]
    return Tried(_readable(found.says, kept), found=_renamed(found, name))


def checked(
    chosen: Connector, settings: Mapping[str, str], secrets: Mapping[str, str], kept: Kept = NOTHING
) -> tuple[Answers, Found]:
    """For a script: its settings, put where they belong, and what a try of them found. Raises Refusal, in words.

    `kept`: what is known besides: files that were uploaded, secrets that are not given anew.
    """
    _refuse_unknown(chosen, (*settings, *secrets))
    secrets = {**kept.secrets, **secrets}
    open_ones: dict[str, str] = {}
    sealed: dict[str, str] = {}
    for field in chosen.fields:
        upload = kept.uploads.get(field.name)
        if field.kind == "upload" and upload is not None:
            open_ones |= {field.name: upload.path, uploads.NAME_OF.format(field.name): upload.name}
            continue
        value = (secrets.get(field.name) or settings.get(field.name) or "").strip()
        if field.required and not value:
            raise Refusal(f"“{field.name}” is needed: {field.label}. {field.help}".strip())
        if value and field.choices and value not in dict(field.choices):
            raise Refusal(f"“{field.name}” is one of {', '.join(dict(field.choices))}.")
        if field.kind == "secret":
            sealed |= {field.name: value} if value else {}
            continue
        open_ones[field.name] = without_password(value) if field.kind == "url" else value
        if open_ones[field.name] != value:
            sealed[field.name] = value
    answers = Answers("", open_ones, sealed)
    tried = attempt(chosen, answers.whole, Kept(sealed, kept.uploads))
    if tried.found is None:
        raise Refusal(tried.says)
    return answers, tried.found


def rechecked(
    source: Source, chosen: Connector, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> tuple[Answers, Found]:
    """The same for a change of a source: what is left out stays, an empty text takes away. Raises Refusal, in words.

    A secret that is kept is not sent to another server than the one it was given for.
    """
    _refuse_unknown(chosen, (*settings, *secrets))
    filled, own = account_fills(source), kept_by(source, chosen)
    kept = Kept({**filled, **own.secrets}, own.uploads)
    shown = {str(name): str(value) for name, value in source.settings.items()}
    given = {name: value.strip() for name, value in {**settings, **secrets}.items()}
    kinds = {field.name: field.kind for field in chosen.fields}
    moved = [name for name in given if kinds[name] == "url" and given[name] != shown.get(name, "")]
    stays = {
        name: value
        for name, value in kept.secrets.items()
        if (name not in moved if kinds[name] == "url" else name not in given)
    }
    made = {field.name for field in chosen.fields if field.made}  # these sign, and are sent to nobody
    unsaid = [name for name in stays if kinds[name] == "secret" and name not in made]
    if unsaid and any(server(given[name]) != server(shown.get(name, "")) for name in moved):
        raise Refusal(
            f"The address leads to another server than the one that “{unsaid[0]}” was kept for. Send it anew under "
            "“secrets”, so that it is not sent there unasked."
        )
    before = {name: value for name, value in shown.items() if kinds.get(name) in {"text", "url", "choice"}}
    anew = {name: value for name, value in given.items() if kinds[name] == "secret"}
    told = {name: value for name, value in given.items() if name not in anew}
    answers, found = checked(chosen, {**before, **told}, anew, Kept(stays, kept.uploads))
    typed = {name: value for name, value in answers.secrets.items() if name in anew or name not in filled}
    return structs.replace(answers, secrets=typed), found


def account_fills(source: Source) -> dict[str, str]:
    """What its signed-in account adds to its settings."""
    try:
        return dict(source.our_account.keys().fills) if source.signed_in and source.our_account else {}
    except SealBroken:
        return {}


def _refuse_unknown(chosen: Connector, names: Iterable[str]) -> None:
    fields = {field.name: field for field in chosen.fields}
    for name in names:
        if name not in fields:
            raise Refusal(f"{chosen.label} has no setting “{name[:40]}”. It has: {', '.join(fields) or 'none'}.")
        if fields[name].kind == "upload":
            raise Refusal("A file is uploaded: on the page, by POST /listen/sources/file, or with `hubbub import`.")


def _renamed(found: Found, name: str) -> Found:
    return structs.replace(found, name=name)


def _readable(text: str, kept: Kept) -> str:
    """With the names that people gave to their files instead of those that we gave them; never with a secret."""
    for upload in kept.uploads.values():
        text = text.replace(Path(upload.path).name, upload.name)
    for secret in kept.secrets.values():
        if len(secret) > 3:
            text = text.replace(secret, "…")
    return text


def html_name(field: str) -> str:
    """The name of a connector's field in a form."""
    return f"set-{field}"


def without_password(address: str) -> str:
    """The address without a user and password in front of its host."""
    head, sign, rest = address.partition("://")
    authority, slash, path = (rest if sign else head).partition("/")
    if "@" not in authority:
        return address
    return f"{head + sign if sign else ''}{authority.rpartition('@')[2]}{slash}{path}"


def server(address: str) -> str:
    """Scheme, host and port of an address: to whom a secret would be sent."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        return f"{parts.scheme}://{parts.hostname}:{parts.port or ''}"
    except ValueError:
        return address
