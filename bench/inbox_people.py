"""Many people in one inbox at once, over the real server: `hubbub web` and `hubbub work` as `hubbub up` starts them,
and one thread a person. What each does is counted with its time; an answer that is no success is an error."""

import http.client
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

POLL = 2.0  # as an open page does
READS = (2.0, 6.0)  # seconds that somebody looks at a conversation before they type


def crowd(folder: Path, people: int, seconds: int) -> None:
    """Let them work, and print what it took."""
    cookies = _sign_in(people)
    with _served(folder) as (port, web, worker):
        first = [Worker(port, cookie, at, Told(), 0.0) for at, cookie in enumerate(cookies)]
        _all_at_once([one.look for one in first])  # a server that has just begun reads its templates first
        began, told, spent = time.monotonic(), Told(), (_processor(web), _processor(worker))
        them = [Worker(port, cookie, at, told, began + seconds) for at, cookie in enumerate(cookies)]
        _all_at_once([one.work for one in them])
        taken = time.monotonic() - began
        told.report(people, seconds)
        asked = sum(map(len, told.times.values()))
        print(f"our processor: web {1000 * (_processor(web) - spent[0]) / asked:.0f} ms a request,", end=" ")
        print(f"worker {(_processor(worker) - spent[1]) / taken:.0%} of a core")


def _all_at_once(acts: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def _processor(pid: int) -> float:
    """Seconds that a process and those below it have had."""
    below: dict[int, list[int]] = defaultdict(list)
    spent: dict[int, float] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            cells = place.read_text().rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        one = int(place.parent.name)
        below[int(cells[1])].append(one)
        spent[one] = (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")
    whole, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        whole += spent.get(one, 0.0)
        waiting += below[one]
    return whole


def _sign_in(people: int) -> list[str]:
    """A session a person, made in the database."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from hubbub.store.models import Member

    keys = []
    for member in Member.everywhere.select_related("user").order_by("pk")[:people]:
        session = SessionStore()
        session[SESSION_KEY] = str(member.user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
        session.create()
        keys.append(str(session.session_key))
    return keys


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, int, int]]:
    """The port; the processes that answer and that work, by their ids."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    data = str(folder / "data")
    given = {**os.environ, "HUBBUB_HOSTS": "127.0.0.1"}
    web = ["web", "--data", data, "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("w") as log:
        children = [
            subprocess.Popen([sys.executable, "-m", "hubbub.cli", *words], env=given, stdout=log, stderr=log)
            for words in (web, ["work", "--data", data])
        ]
        try:
            _wait(port)
            yield port, children[0].pid, children[1].pid
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(60)
            trouble = [
                line for line in (folder / "log").read_text().splitlines() if "Error" in line or "locked" in line
            ]
            print(f"lines in the server's log that tell of trouble: {len(trouble)}", *trouble[:5], sep="\n  ")


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("the server did not begin to answer")


class Told:
    """Times and errors of all."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self.lock = threading.Lock()

    def add(self, what: str, seconds: float, wrong: str) -> None:
        with self.lock:
            self.times[what].append(seconds * 1000)
            if wrong:
                self.errors.append(f"{what}: {wrong}")

    def report(self, people: int, seconds: int) -> None:
        """Print the table."""
        whole = sum(map(len, self.times.values()))
        load = os.getloadavg()[0]
        from django.conf import settings

        print(
            f"\n{people} people for {seconds} s: {whole:,} requests, {len(self.errors)} errors, load {load:.1f}",
            end=" ",
        )
        print(f"({settings.WEB_PROCESSES} web processes, {os.cpu_count()} cores)")
        print(f"{'':34}{'requests':>9}{'median ms':>11}{'p95 ms':>9}{'longest':>9}")
        for what, times in sorted(self.times.items()):
            slow = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
            print(f"{what:34}{len(times):9}{statistics.median(times):11.0f}{slow:9.0f}{max(times):9.0f}")
        for one in self.errors[:10]:
            print("error:", one)


class Worker:
    """One person with one browser."""

    def __init__(self, port: int, session: str, number: int, told: Told, end: float) -> None:
        self.port, self.session, self.told, self.end = port, session, told, end
        self.chance = random.Random(number)
        self.token = "a" * 32
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.since, self.shown, self.here = "", "", ""

    def look(self) -> None:
        """Open the inbox and one conversation."""
        page = self.ask("list", "GET", "/w/bench/engage/")
        for pk in re.findall(r'id="row-(\d+)"', page)[:1]:
            self.ask("open a conversation", "GET", f"/w/bench/engage/{pk}/")

    def work(self) -> None:
        """Open the inbox, then conversation after conversation, until the time is over."""
        time.sleep(self.chance.random() * POLL)
        while time.monotonic() < self.end:
            page = self.ask(
                "list",
                "GET",
                "/w/bench/engage/" + self.chance.choice(("", "?sort=newest", "?sort=oldest", "?tab=unassigned")),
            )
            pks = re.findall(r'id="row-(\d+)"', page)
            self.since = (re.findall(r'data-since="([^"]*)"', page) or [""])[0].replace("&#x2B;", "+")
            self.shown, self.here = ",".join(pks), ""
            if not pks:
                return
            self._converse(self.chance.choice(pks[:15]))

    def _converse(self, pk: str) -> None:
        self.here = pk
        page = self.ask("open a conversation", "GET", f"/w/bench/engage/{pk}/")
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page[page.find("reply-title") :]))
        form = {
            name: form.get(name, "")
            for name in ("post", "nonce", "seen", "seen_row", "seen_post", "shown_row", "shown_post")
        }
        self._poll_for(self.chance.uniform(*READS), writing=False)
        words, draft, version = "", "0", "0"
        for word in ("Thank you", " for telling us.", " A new lid", f" is on its way {self.chance.random()}"):
            words += word
            kept = self.ask(
                "keep a draft",
                "POST",
                f"/w/bench/engage/{pk}/draft/",
                {"text": words, "draft": draft, "draft_version": version},
            )
            found = re.search(r'"draft": (\d+), "version": (\d+)', kept)
            draft, version = found.groups() if found else ("0", "0")
            self._poll_for(1.0, writing=True)
        given = {
            **form,
            "text": words,
            "then": "open",
            "when": "now",
            "verb": "reply",
            "draft": draft,
            "draft_version": version,
        }
        self.ask("reply", "POST", f"/w/bench/engage/{pk}/reply/", given, fine=(303, 409))
        self.ask("done", "POST", f"/w/bench/engage/{pk}/status/", {"status": "done", "here": pk}, fine=(303,))
        self.ask("leave", "POST", f"/w/bench/engage/{pk}/leave/", {}, fine=(204,))

    def _poll_for(self, seconds: float, *, writing: bool) -> None:
        until = time.monotonic() + seconds
        while True:
            self._poll(writing=writing)
            rest = until - time.monotonic()
            if rest <= 0:
                return
            time.sleep(min(POLL, rest))

    def _poll(self, *, writing: bool) -> None:
        given = {"since": self.since, "shown": self.shown, "here": self.here, "writing": "1" if writing else ""}
        told = self.ask("live", "POST", "/w/bench/engage/live/", given)
        found = re.search(r'"until": "([^"]*)"', told)
        self.since = found.group(1) if found else self.since

    def ask(
        self, what: str, method: str, path: str, fields: dict[str, str] | None = None, fine: tuple[int, ...] = (200,)
    ) -> str:
        """One request; gives the page."""
        from django.conf import settings

        names = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
        headers = {
            "Cookie": f"{names[0]}={self.session}; {names[1]}={self.token}",
            "X-CSRFToken": self.token,
            "Content-Type": "application/x-www-form-urlencoded",
            "Host": f"127.0.0.1:{self.port}",
        }
        began, wrong, text = time.perf_counter(), "", ""
        try:
            self.connection.request(method, path, urlencode(fields or {}), headers)
            answer = self.connection.getresponse()
            text = answer.read().decode()
            wrong = "" if answer.status in fine else f"{answer.status} at {path} {text[:200]!r}"
        except (OSError, http.client.HTTPException) as trouble:
            wrong = repr(trouble)
            self.connection.close()
        self.told.add(what, time.perf_counter() - began, wrong)
        return text
