"""What must not leave us: words that still hold a placeholder of a saved reply or of a model's sketch."""

import re

from hubbub.core.placeholders import KNOWN, NAMED, unfilled

from .models import Conversation, SavedReply, Sketch, Workspace

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def missing(workspace: Workspace, text: str, conversation: Conversation | None = None) -> list[str]:
    """The placeholders that still stand in a text that is about to be sent. Only names that a saved reply here, or a
    sketch for this conversation, holds, or that Hubbub fills in: other curly brackets are people's own, and so is what
    stands in `code`."""
    text = _CODE.sub("", text)
    if not NAMED.search(text):
        return []
    names = {*KNOWN}
    for asks in SavedReply.of(workspace).values_list("asks", flat=True):  # also of deleted ones
        names.update(asks)
    if conversation is not None:
        for asks in Sketch.of(workspace).filter(conversation=conversation).values_list("asks", flat=True):
            names.update(asks)
    return unfilled(text, names)


def refusal(names: list[str]) -> str:
    """What to tell whoever wants to send a text in which these still stand."""
    shown = ", ".join(f"{{{name}}}" for name in names)
    return f"{shown} {'is' if len(names) == 1 else 'are'} not filled in yet: put words there, or take it out"
