"""The forum's own side, past its API, run in Misago's own environment: `python side.py COMMAND ARGUMENT…`.

Without a command it takes them from its input, as a list in JSON a line.
"""

import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model
from misago.cache.versions import get_cache_versions
from misago.categories.models import Category
from misago.conf.dynamicsettings import DynamicSettings
from misago.threads.models import Post, Thread
from misago.threads.test import post_thread, reply_thread
from misago.users.setupnewuser import setup_new_user

User = get_user_model()


def install():
    """The three members."""
    settings = DynamicSettings(get_cache_versions())
    for name, make in (
        ("mod", User.objects.create_superuser),
        ("troll", User.objects.create_user),
        ("alice", User.objects.create_user),
    ):
        setup_new_user(settings, make(name, f"{name}@example.test", "Passw0rd!x"))
    return "done"


def category():
    return Category.objects.get(slug="first-category")


def reset():
    """No thread at all; the category's number."""
    Thread.objects.all().delete()
    User.objects.update(last_posted_on=None)
    place = category()
    place.require_threads_approval = place.require_replies_approval = False
    place.synchronize()
    place.save()
    return place.pk


def thread(title, text, who="alice", unapproved="no"):
    """A thread; [thread, first post]."""
    poster = User.objects.get(slug=who)
    made = post_thread(category(), title=title, poster=poster, is_unapproved=unapproved == "yes")
    say(made.first_post, text)
    return [made.pk, made.first_post_id]


def reply(thread_pk, text, who="alice", unapproved="no"):
    """A post in a thread; its number."""
    made = reply_thread(
        Thread.objects.get(pk=thread_pk), poster=User.objects.get(slug=who), is_unapproved=unapproved == "yes"
    )
    say(made, text)
    return made.pk


def many(threads, replies):
    """So many threads with so many answers each; all posts' numbers."""
    numbers = []
    for one in range(int(threads)):
        pk, first = thread(f"Thread {one}", f"first of {one}")
        numbers.append(first)
        numbers += [reply(pk, f"answer {n} in {one}", "troll") for n in range(int(replies))]
    return numbers


def say(post, text):
    post.original, post.parsed = text, f"<p>{text}</p>"
    from misago.threads.checksums import update_post_checksum

    update_post_checksum(post)
    post.save()


def edit(post_pk, text):
    """As its author does."""
    post = Post.objects.get(pk=post_pk)
    post.edits += 1
    say(post, text)
    return "done"


def delete(post_pk):
    """As a moderator does in the forum."""
    post = Post.objects.get(pk=post_pk)
    around = post.thread
    post.delete()
    around.synchronize()
    around.save()
    return "done"


def posts():
    """What stands in the table: id, thread, who, text, hidden, unapproved."""
    rows = Post.objects.filter(is_event=False).order_by("pk")
    return [[one.pk, one.thread_id, one.poster_name, one.original, one.is_hidden, one.is_unapproved] for one in rows]


def threads():
    """What stands in the table: id, title, closed, hidden."""
    return [[one.pk, one.title, one.is_closed, one.is_hidden] for one in Thread.objects.order_by("pk")]


def moderated(yes):
    """Whether answers wait for approval from now on."""
    Category.objects.filter(pk=category().pk).update(require_replies_approval=yes == "yes")
    return "done"


def forget_sessions():
    """Everybody is signed out."""
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()
    return "done"


COMMANDS = {
    one.__name__: one
    for one in (install, reset, thread, reply, many, edit, delete, posts, threads, moderated, forget_sessions)
}
if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
    for line in sys.stdin if len(sys.argv) == 1 else ():  # one command a line, one answer a line
        command, *words = json.loads(line)
        print(json.dumps(COMMANDS[command](*words)), flush=True)
