"""What the forms about notifications ask for."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms

from hubbub.store.models import Address, NotificationKind, Telling

from .actions import Choice

MAIL = [("", "In the app"), ("now", "E-mail at once"), ("digest", "In the daily digest")]


class TellingForm(forms.Form):
    """How somebody is told."""

    zone = forms.CharField(
        label="Your time zone", required=False, max_length=60, help_text="Empty: the workspace's.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    quiet_from = forms.TimeField(label="Quiet from", required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_until = forms.TimeField(label="until", required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    digest_at = forms.TimeField(
        label="The daily digest comes at", required=False, widget=forms.TimeInput(attrs={"type": "time"}),
        help_text="What waits for you, promises that broke, yesterday's numbers. Empty: no digest.",
    )  # fmt: skip

    def __init__(self, *args: Any, telling: Telling, **kwargs: Any) -> None:
        times = {name: _time(getattr(telling, name)) for name in ("quiet_from", "quiet_until", "digest_at")}
        mail = {f"mail_{kind}": telling.mail.get(kind, "") for kind in NotificationKind.values}
        urgent = {f"urgent_{kind}": kind in telling.urgent for kind in NotificationKind.values}
        kwargs["initial"] = {"zone": telling.zone, **times, **mail, **urgent}
        super().__init__(*args, **kwargs)
        for kind in NotificationKind:
            self.fields[f"mail_{kind.value}"] = forms.ChoiceField(
                label=kind.label, required=False, choices=MAIL, widget=forms.Select(attrs={"style": "min-width: 10rem"})
            )
            self.fields[f"urgent_{kind.value}"] = forms.BooleanField(
                label=f"{kind.label}: also in quiet hours", required=False
            )

    @property
    def kinds(self) -> Sequence[tuple[str, forms.BoundField, forms.BoundField]]:
        """A line a kind: its words, how, whether it is urgent."""
        return [(kind.label, self[f"mail_{kind.value}"], self[f"urgent_{kind.value}"]) for kind in NotificationKind]

    def choice(self) -> Choice:
        """What was chosen; only after is_valid()."""
        given = self.cleaned_data
        return Choice(
            mail={kind: given[f"mail_{kind}"] for kind in NotificationKind.values},
            urgent=[kind for kind in NotificationKind.values if given[f"urgent_{kind}"]],
            zone=given["zone"].strip(),
            quiet_from=_minutes(given["quiet_from"]),
            quiet_until=_minutes(given["quiet_until"]),
            digest_at=_minutes(given["digest_at"]),
        )


def _time(minutes: int | None) -> time | None:
    return None if minutes is None else time(minutes // 60, minutes % 60)


def _minutes(when: time | None) -> int | None:
    return None if when is None else when.hour * 60 + when.minute


class AddressForm(forms.Form):
    """Where somebody is told besides."""

    name = forms.CharField(label="Your name for it", required=False, max_length=100)
    url = forms.CharField(
        label="Address", max_length=2_000,
        help_text="As Apprise writes it: slack://…, tgram://…, ntfys://…, matrixs://…. It is kept sealed.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label="Tell there, at once", required=False, choices=NotificationKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, address: Address | None = None, **kwargs: Any) -> None:
        if address is not None:
            kwargs["initial"] = {"name": address.name, "kinds": address.kinds}
        super().__init__(*args, **kwargs)
        if address is not None:
            del self.fields["url"]
