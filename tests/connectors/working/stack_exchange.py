"""A Stack Exchange site: questions that a search finds, and answers to them."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

from ..conftest import Asked, Reply, Server
from . import MANY, Works

BEGAN = 1_790_000_000
Thing = dict[str, object]


class StackExchange:
    """Answers as the API does. Tests change what it holds."""

    def __init__(self, server: Server) -> None:
        self.questions: dict[int, Thing] = {}
        self.answers: dict[int, Thing] = {}
        self.hidden: set[int] = set()  # questions that the search no longer brings
        self.backoff = 0
        server.answers["/2.3/search/advanced"] = self.search
        server.answers["*"] = self.other

    def ask(self, number: int, **more: object) -> None:
        """A question of the minute `number`."""
        self.questions[number] = {
            "question_id": number, "creation_date": BEGAN + number * 60, "title": f"Question {number}",
            "body": f"<p>words {number}</p>", "link": f"https://so.test/q/{number}", "score": 1, "answer_count": 0,
            "owner": {"display_name": "Ann", "user_id": 2, "link": "https://so.test/u/2"}, **more,
        }  # fmt: skip

    def reply(self, number: int, question: int, **more: object) -> None:
        """An answer of the minute `number`."""
        self.answers[number] = {
            "answer_id": number, "question_id": question, "creation_date": BEGAN + number * 60,
            "body": f"<p>answer {number}</p>", "owner": {"display_name": "Bo"}, **more,
        }  # fmt: skip

    def search(self, asked: Asked) -> Reply:
        return self._page([one for number, one in self.questions.items() if number not in self.hidden], asked)

    def other(self, asked: Asked) -> Reply:
        parts = asked.target.partition("?")[0].removeprefix("/2.3/").split("/")
        if len(parts) < 2:
            return Reply(404)
        numbers = {int(number) for number in parts[1].replace("%3B", ";").split(";")}
        if parts[2:] == ["answers"]:
            return self._page([one for one in self.answers.values() if one["question_id"] in numbers], asked)
        held = self.questions if parts[0] == "questions" else self.answers
        return self._page([one for number, one in held.items() if number in numbers], asked)

    def _page(self, held: list[Thing], asked: Asked) -> Reply:
        query = dict(parse_qsl(asked.target.partition("?")[2]))
        many, page = int(query["pagesize"]), int(query.get("page", 1))
        newest = sorted(held, key=lambda one: int(str(one["creation_date"])), reverse=True)
        items = newest[(page - 1) * many : page * many]
        body = {"items": items, "has_more": page * many < len(newest), "quota_remaining": 250}
        return Reply(200, {}, json.dumps(body | ({"backoff": self.backoff} if self.backoff else {})).encode())


def working(_tmp_path: Path, server: Server) -> Works:
    site = StackExchange(server)
    for number in range(1, 301):
        site.ask(number)
    for number in range(301, MANY + 1):
        site.reply(number, 300 - number % 100)
    return Works({"site": "stackoverflow", "words": "acme", "address": server.url}, says="100+ questions")
