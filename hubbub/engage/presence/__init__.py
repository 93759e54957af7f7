"""Who else is here, and drafts that are kept on the server.

How the composer takes part (its templates and `reply()` belong to `hubbub.engage.replying`):

- inside its form: `{% load presence %}{% draft_here as kept %}`, the textarea's text is
  `{% if typed.text %}{{ typed.text }}{% else %}{{ kept.text }}{% endif %}` and the textarea carries
  `data-keep="{% url 'engage:draft' workspace.slug conversation.pk %}"` (and no `data-draft`). Below the textarea:
  `{% include "engage/presence/_draft.html" %}`, which brings the fields `draft` and `draft_version`, the line that says
  what was kept, and other drafts to go on with. `static/engage/inbox.js` does the rest, also the sign "is writing".
- `reply(…, draft=, draft_version=)` calls `hubbub.store.drafts.left(row, by, words, put, draft=…, version=…)` in its
  transaction: the draft is gone with the reply. Where the reply is refused the transaction takes that back; where the
  network refuses it, or it is called back, its words are offered again by themselves.
- what others see: that somebody writes, never what.
"""
