"""The room's forms: a topic; a source, with the questions that its connector declares."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from hubbub.connectors import Connector, Field, Settings
from hubbub.core import query as language
from hubbub.store.models import Account, Source, Topic, TopicKind

from . import signing
from .trying import NOTHING, Answers, Kept, html_name, server, without_password
from .uploads import NAME_OF

NEWEST = (
    ("0", "only posts that come from now on"),
    ("10000", "also the newest 10,000 stored posts"),
    ("100000", "also the newest 100,000 stored posts"),
    ("1000000", "also the newest 1,000,000 stored posts"),
)


class TopicForm(forms.Form):
    """A topic as it is written. After validation, `slips` says what is wrong with its query."""

    name = forms.CharField(
        max_length=100,
        label="Name",
        help_text="What your team calls it: “Acme”, “Launch in May”.",
        error_messages={"required": "Give it a name."},
    )
    kind = forms.ChoiceField(choices=TopicKind.choices, label="It is about")
    query = forms.CharField(
        label="Query",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code", "autocomplete": "off"}),
        error_messages={"required": "Write what to listen for."},
        help_text="Words, “phrases in quotes”, OR between choices, NOT before what to leave out.",
    )
    newest = forms.ChoiceField(
        choices=NEWEST,
        required=False,
        label="Look for it in",
        help_text="Stored posts are gone through in the background.",
    )
    why = forms.CharField(
        max_length=500,
        required=False,
        label="Why",
        help_text="For the log and for whoever reads its versions later.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    slips: tuple[language.Slip, ...] = ()

    def clean_query(self) -> str:
        """A query that a topic can be made of."""
        text = str(self.cleaned_data["query"]).strip()
        try:
            language.parse(text, language.Use.TOPIC)
        except language.QueryError as error:
            self.slips = error.slips
            raise forms.ValidationError("This query cannot be read yet. What to mend stands below.") from None
        return text


def topic_form(topic: Topic | None = None, data: QueryDict | None = None) -> TopicForm:
    """The form of a new topic, or of one that stands."""
    if topic is None:
        return TopicForm(data, initial={"newest": "10000"})
    known = {"name": topic.name, "kind": topic.kind, "query": topic.query, "newest": "10000"}
    form = TopicForm(data, initial=known)
    form.fields["newest"].label = "If the query changed, look for it in"
    return form


def first_topic_form(data: QueryDict | None = None, *, name: str = "", query: str = "") -> TopicForm:
    """The same in the first-run guide: nobody has to say why."""
    form = TopicForm(data, initial={"name": name, "query": query, "kind": "brand", "newest": "10000"})
    del form.fields["why"]
    return form


class SourceForm(forms.Form):
    """The questions of a connector. Secrets and uploads are taken from `kept`, never from the page."""

    name = forms.CharField(
        max_length=100,
        required=False,
        label="Name",
        help_text="What your team calls it. Left empty, it is called as it calls itself.",
    )

    def __init__(
        self,
        connector: Connector,
        kept: Kept = NOTHING,
        *,
        data: Mapping[str, str] | None = None,
        source: Source | None = None,
        fresh: Kept = NOTHING,
        brief: bool = False,
        account: Account | None = None,
        answers: Mapping[str, str] | None = None,
        suggested: Settings | None = None,
    ) -> None:
        """`kept` is all that is kept, `fresh` the part of it that was given just now; `brief` leaves out what may be
        left out, for the first-run guide. `account` is signed in, so that its key is not asked for; `answers` is what
        the form held before; `suggested` is filled in, in a form of many kinds at once."""
        self.connector, self.kept, self.fresh, self.source = connector, kept, fresh, source
        self.account, filled = account, signing.fills(account)
        shown_too = suggested or {}
        asked_for = [field for field in connector.fields if not field.made and field.name not in filled]
        self.questions = tuple(field for field in asked_for if field.required or not brief or field.name in shown_too)
        settings = {**shown_too, **(source.settings if source else {}), **(answers or {})}
        prefix = connector.kind if suggested is not None else None
        shown = _shown(connector, data) if data is not None else None
        if shown is not None and prefix:
            shown = {f"{prefix}-{name}": text for name, text in shown.items()}
        super().__init__(
            shown,
            prefix=prefix,
            auto_id=f"id_{connector.kind}_%s",  # the guide shows several forms on one page
            initial={"name": source.name if source else ""},
        )
        for field in self.questions:
            asked = _field(field, kept, saved=source is not None)
            asked.initial = settings.get(field.name) or asked.initial
            self.fields[html_name(field.name)] = asked
            if field.kind == "secret" and not field.required and source and field.name in kept.secrets:
                self.fields[f"forget-{field.name}"] = forms.BooleanField(
                    required=False, label=f"Remove the kept {field.label[:1].lower()}{field.label[1:]}"
                )
        if brief:
            del self.fields["name"]
        else:
            self.order_fields([name for name in self.fields if name != "name"] + ["name"])

    def clean(self) -> dict[str, Any]:
        """Kept secrets are not sent to a server that they were not given for."""
        given: dict[str, Any] = super().clean() or {}
        told = {field.name: str(given.get(html_name(field.name)) or "") for field in self.questions}
        if self.account and (there := signing.host_of(self.connector, told)) and there != self.account.host:
            where = next(field.name for field in self.questions if field.kind == "url")
            self.add_error(
                html_name(where),
                f"{self.account} is signed in at {self.account.host}. Sign in at the other server first, so that the "
                "key of this one is not sent there.",
            )
        for field in self.questions:
            if self._leads_elsewhere(field, given):
                self.add_error(
                    html_name(field.name),
                    "The address leads to another server than the one this was kept for. Enter it anew, so that it "
                    "is not sent there unasked.",
                )
        return given

    def _leads_elsewhere(self, field: Field, given: Mapping[str, Any]) -> bool:
        stays = field.kind == "secret" and field.name in self.kept.secrets and field.name not in self.fresh.secrets
        if self.source is None or not stays or given.get(f"forget-{field.name}"):
            return False
        return any(
            server(str(given.get(html_name(other.name)) or "")) != server(str(self.source.settings.get(other.name, "")))
            for other in self.questions
            if other.kind == "url"
        )

    def answers(self) -> Answers:
        """What it was filled in with; only after `is_valid()`."""
        settings: dict[str, str] = {}
        secrets: dict[str, str] = {}
        for field in self.questions:
            value = str(self.cleaned_data.get(html_name(field.name)) or "").strip()
            secret = self.kept.secrets.get(field.name, "")
            if field.kind == "secret":
                if secret and not self.cleaned_data.get(f"forget-{field.name}"):
                    secrets[field.name] = secret
            elif field.kind == "upload":
                if upload := self.kept.uploads.get(field.name):
                    settings[field.name] = upload.path
                    settings[NAME_OF.format(field.name)] = upload.name
            else:
                settings[field.name] = value
                if field.kind == "url" and secret and without_password(secret) == value:
                    secrets[field.name] = secret
        self._carry_over(settings, secrets)
        return Answers(str(self.cleaned_data.get("name") or "").strip(), settings, secrets)

    def _carry_over(self, settings: dict[str, str], secrets: dict[str, str]) -> None:
        """What was made here and is asked of nobody stays."""
        for field in self.connector.fields:
            known = self.source.settings.get(field.name) if self.source else None
            if field.made and field.name in self.kept.secrets:
                secrets[field.name] = self.kept.secrets[field.name]
            elif field.made and known:
                settings[field.name] = str(known)


def _shown(connector: Connector, data: Mapping[str, str]) -> dict[str, str]:
    """What may be put back into the page: no password in front of a host."""
    addresses = {html_name(field.name) for field in connector.fields if field.kind == "url"}
    return {name: without_password(text.strip()) if name in addresses else text for name, text in data.items()}


def _field(field: Field, kept: Kept, *, saved: bool) -> forms.Field:
    match field.kind:
        case "secret":
            held = field.name in kept.secrets
            help_text = (
                f"{'Kept' if saved else 'Kept from what you typed'}; type to replace it. {field.help}"
                if held
                else field.help
            )
            return forms.CharField(
                label=field.label,
                required=field.required and not held,
                help_text=help_text,
                widget=forms.PasswordInput(
                    render_value=False,
                    attrs={
                        "autocomplete": "new-password",
                        "placeholder": "kept · type to replace" if held else field.placeholder,
                    },
                ),
            )
        case "choice":
            choices = field.choices if field.required else field.choices or (("", "—"),)
            return forms.ChoiceField(
                label=field.label,
                required=field.required,
                help_text=field.help,
                choices=choices,
                initial=choices[0][0] if choices else "",
            )
        case "upload":
            held_file = kept.uploads.get(field.name)
            help_text = (
                f"Kept: {held_file.name}; choose another to replace it. {field.help}" if held_file else field.help
            )
            return forms.FileField(
                label=field.label,
                required=field.required and held_file is None,
                help_text=help_text,
                error_messages={"required": "Choose a file."},
            )
        case _:
            attrs = {"placeholder": field.placeholder}
            if field.kind == "url":
                attrs |= {"inputmode": "url", "autocapitalize": "off", "spellcheck": "false"}
            return forms.CharField(
                label=field.label,
                required=field.required,
                help_text=field.help,
                max_length=2000,
                widget=forms.TextInput(attrs=attrs),
            )
