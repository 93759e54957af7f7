"""What people are told about their own site as a source. In Markdown."""

KEYS = """There is nothing to fetch elsewhere: Hubbub makes the keys.

1. Enter the address of your site and save. The source's page then offers **Set up**.
2. Choose **Make a key**. It is shown once: put it into your site's configuration, never into a page.
3. Let your site send what is said on it to the address that stands there, signed with the key.
4. Optional: paste the script tag into your pages, so that visitors can report posts and give feedback. The key in it is
   public: with it nothing can be done but that.
5. Optional: enter the address of a page of your site that takes decisions, and choose **Send a test**.

To exchange the key choose **Make a new key**: the one before it counts for a week more, so that nothing is lost while
you change your site."""

NOTES = """Your site sends a message as things happen; nothing is asked of it. A message is signed as
[Standard Webhooks](https://www.standardwebhooks.com) says (HMAC-SHA256 over id, time and body; five minutes old at
most), so that libraries for it exist in most languages; by hand it takes the ten lines shown in
[connectors.md](connectors.md#your-own-site). It is answered at once and taken in a moment later; what was answered with
202 is never lost. The same message again, or the same post again, adds nothing.

| a line of a message | means |
|---|---|
| `{"id": "c1", "text": "Hello", …}` | a new post; of a known id, its new words |
| `{"id": "c1", "deleted": true}` | its author deleted it: its text is deleted here, too |
| `{"report": "c1", "id": "r1", "why": "spam", "author_id": "7"}` | a member reported `c1` |
| `{"feedback": "The search is slow", "id": "f1", "email": "ann@example.org"}` | somebody wrote to you |

A post has the fields of [files of posts](#file-of-posts-files), and `state` (visible, pending, hidden, spam or removed)
and `thread`. `author_id` names a member whom the site knows. A report with `"open": false` is settled. Lines that
cannot be taken are named in the answer, with what would be right; the others are taken.

**Visitors** report and give feedback by a script of 4 kB that you include: a dialog that works by keyboard and with
screen readers, without cookies, under a strict Content-Security-Policy (allow `script-src` and `connect-src` for the
address of Hubbub). Who sends is not known: names and e-mail addresses that visitors leave are vouched for by nobody,
and are never taken for those of members. One address may send five times in ten minutes.

**Decisions** are sent to the address that you give, each with a key that stays the same at every try. Your site answers
`{"done": true}` (of a reply also its `id` and `url`), or `{"done": false, "why": "…"}`. Where an answer got lost, it is
asked with `"ask": "done"` whether the act with that key was done. A post that is reported and that nobody has decided
about waits in the queue."""
