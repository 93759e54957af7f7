"""What people are told about WordPress: how to come by a password, what is read, what to know. In Markdown."""

KEYS = """The application password is not the one that you sign in with, and you can take it back at any time.

1. Sign in to the site as an **editor or administrator** (others may not moderate comments, and Hubbub says so). An
   account of its own for Hubbub is best: what Hubbub writes appears under its name.
2. Open **Users → Profile → Application Passwords**, enter a name such as *Hubbub* and choose **Add**.
3. Copy what is shown once, with or without the spaces, and enter it here with the account's **user name** and the
   address of the site as visitors see it.

Where the section is missing, the site is not reached by https, or a security plugin has switched it off. If the
password is refused although it is right, the web server keeps it from WordPress (the `Authorization` header is
dropped); your host can mend that. To end it: on the same page, **Revoke**.

Without user name and password Hubbub reads what visitors see and can do nothing."""

NOTES = """Comments that wait for approval come into the queue; you answer and moderate here, and it happens there. All
comments are read, also those that wait, are spam or lie in the trash: text, author's name and address, time, which
comment they answer, which article they stand below. What happens in wp-admin is followed: approved, edited, marked as
spam or deleted for good there, it is so here at one of the next looks. Articles of others are not read: add the site's
feed for them. Those that were published from here are, so that they can be changed and deleted here and their
comments stand below them. A guest's e-mail address tells guests of the same name apart; it is not kept.

WordPress has no “hidden”: what is hidden or held back waits for approval again. What is removed goes into the trash,
from which it can be restored; where a site has no trash it is refused, because removing would delete for good. A reply
carries a mark where browsers name themselves (editors can read it, visitors cannot). By it an answer that got lost on
the way back is found again, so that no reply is sent twice.

A new article needs the right to publish (role Author and above). Its pictures and files go into the media library, each
under a name by which a second try finds it again, and stand below the text. Edited here it keeps them; an article that
was written in WordPress itself is not edited here, because its layout would be lost. Deleted, it lies in the trash.

Changes are followed among the newest 1,000 comments; older ones stay as they were read. Two comments of one account
within 15 seconds: WordPress asks for a pause, and Hubbub waits. The very same words twice by the same account:
WordPress refuses, and Hubbub says so. Reactions, ratings and forms of plugins are not read. The REST API must be
reachable; a plugin may have switched it off."""
