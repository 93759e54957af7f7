"""The `hubbub` command. Each command reads its words, calls one room or the engine, and prints."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hubbub import __version__

app = typer.Typer(
    name="hubbub",
    help="The open-source home for community management.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
told = Console(stderr=True, highlight=False)

# given by `up` to the processes of its tree: standard input is a pipe from it, and ends when it ends
Child = Annotated[bool, typer.Option("--child", hidden=True)]
Data = Annotated[Path, typer.Option(help="The folder that holds the embedded database, keys and uploads.")]


def _ready(data: Path | None = None) -> None:
    """Django, set up for the data folder."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.settings")
    if data is not None:
        os.environ["HUBBUB_DATA"] = str(data)
    import django

    django.setup()


@app.command()
def up(
    data: Data = Path("hubbub-data"),
    host: Annotated[str, typer.Option(help="The address to serve at.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port; without it the first free one from 8000.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill a fresh workspace with made-up posts.")] = False,
    admin: Annotated[str, typer.Option(help="E-mail address of the first admin.")] = "admin@localhost",
) -> None:
    """Serve the web pages and work the queue: one command, embedded database."""
    from hubbub.engine import processes
    from hubbub.engine.processes import free_port, run_tree, wait_until_answers

    chosen = free_port(host, port)
    if host in processes.EVERYWHERE and not {"HUBBUB_HOSTS", "HUBBUB_ADDRESS"} & os.environ.keys():
        told.print("Only this machine is answered until HUBBUB_ADDRESS or HUBBUB_HOSTS names how others reach it.")
    os.environ.setdefault("HUBBUB_HOSTS", f"{processes.in_address(host)},localhost,127.0.0.1,[::1]")
    _ready(data)
    from hubbub.engine.first_start import prepare

    link = prepare(admin, demo=demo, say=told.print)
    stop = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, lambda _number, _frame: stop.set())
    here = processes.local_address(host, chosen)
    from django.conf import settings

    address = settings.ADDRESS or here  # behind a proxy, sign-in works only where people reach it
    web = processes.Child("web", ["web", "--data", str(data), "--host", host, "--port", str(chosen)])
    worker = processes.Child("worker", ["work", "--data", str(data)])

    def announce() -> None:
        if wait_until_answers(here, stop=stop):
            told.print(f"\n[bold]Hubbub is up:[/bold] {address}")
            told.print(f"Sign in (once, within a day): {address}{link}", soft_wrap=True)
            told.print("Ctrl-C ends it; nothing in hand is lost.\n")

    threading.Thread(target=announce, daemon=True).start()
    run_tree([web, worker], stop=stop)
    told.print("Hubbub has ended.")


@app.command(hidden=True)
def web(data: Data = Path("hubbub-data"), host: str = "127.0.0.1", port: int = 8000, child: Child = False) -> None:
    """Serve the pages alone; `up` starts this."""
    from hubbub.engine.processes import end_with_parent
    from hubbub.engine.serving import serve

    os.environ["HUBBUB_DATA"] = str(data)
    if child:
        end_with_parent()
    serve(host, port)


@app.command()
def work(data: Data = Path("hubbub-data"), child: Child = False) -> None:
    """Work the queue alone, as on a second machine; `up` starts this."""
    from hubbub.engine.processes import end_with_parent

    _ready(data)
    from hubbub.engine.loop import work_until_told

    if child:
        end_with_parent()
    work_until_told()


@app.command("import")
def import_(
    files: Annotated[list[str], typer.Argument(help="posts.jsonl or CSV files; - reads standard input.")],
    workspace: Annotated[str, typer.Option(help="Name of the workspace that takes them in.")],
    data: Data = Path("hubbub-data"),
    encoding: Annotated[str, typer.Option(help="How the files are written.")] = "utf-8",
) -> None:
    """Take posts in through the whole pipeline; run twice, it adds nothing twice."""
    _ready(data)
    from hubbub.engine.importing import ImportRefused, import_files
    from hubbub.store.embedded.base import step_back

    step_back()
    try:
        refused = import_files(files, workspace, encoding=encoding, console=told)
    except ImportRefused as error:
        told.print(f"hubbub import: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    raise typer.Exit(1 if refused else 0)


@app.command()
def match(
    posts: Annotated[str, typer.Argument(help="posts.jsonl or CSV; - reads standard input.")],
    topics: Annotated[Path, typer.Option(help="topics.toml; - reads standard input.")],
    every: Annotated[bool, typer.Option("--all", help="Print posts that match nothing, too.")] = False,
    no_spans: Annotated[bool, typer.Option("--no-spans", help="Leave the spans out.")] = False,
) -> None:
    """Hold posts against topics; needs no database."""
    from hubbub.engine.matching import TopicsRefused, match_file

    try:
        refused = match_file(posts, topics, every=every, spans=not no_spans, out=sys.stdout, told=told)
    except TopicsRefused as error:
        told.print(f"hubbub match: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    raise typer.Exit(1 if refused else 0)


@app.command()
def analyse(posts: Annotated[str, typer.Argument(help="posts.jsonl or CSV; - reads standard input.")]) -> None:
    """Say of each post its language, sentiment, toxicity, spam and intent; needs no database."""
    from hubbub.engine.analysing import PostsRefused, analyse_file

    try:
        refused = analyse_file(posts, out=sys.stdout, told=told)
    except PostsRefused as error:
        told.print(f"hubbub analyse: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    raise typer.Exit(1 if refused else 0)


@app.command()
def moderate(
    posts: Annotated[str, typer.Argument(help="posts.jsonl or CSV; - reads standard input.")],
    rules: Annotated[Path, typer.Option(help="rules.toml; - reads standard input.")],
    topics: Annotated[Path | None, typer.Option(help="topics.toml, where rules ask for topic:")] = None,
) -> None:
    """Say of each post what the rules decide, in the order of time; needs no database."""
    from hubbub.engine.matching import TopicsRefused
    from hubbub.engine.moderating import moderate_file
    from hubbub.engine.rules_toml import RulesRefused

    try:
        refused = moderate_file(posts, rules, topics, out=sys.stdout, told=told)
    except (RulesRefused, TopicsRefused) as error:
        told.print(f"hubbub moderate: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    raise typer.Exit(1 if refused else 0)


rules_app = typer.Typer(help="Rules of moderation.", no_args_is_help=True)
app.add_typer(rules_app, name="rules")


@rules_app.command()
def replay(
    rules: Annotated[str, typer.Argument(help="The name of a rule, draft or not, or a rules.toml.")],
    workspace: Annotated[str, typer.Option(help="Name of the workspace; not needed where there is one alone.")] = "",
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 30,
    most: Annotated[int, typer.Option(min=1, help="Of more posts than this a sample is looked at.")] = 100_000,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a rule.")] = False,
    data: Data = Path("hubbub-data"),
) -> None:
    """Say what rules would have done with the posts that are stored; nothing is changed."""
    _ready(data)
    from hubbub.engine.replay_command import ReplayRefused, Wish, replay_rules

    try:
        replay_rules(Wish(rules, workspace, days, most, json), out=sys.stdout, told=told)
    except ReplayRefused as error:
        told.print(f"hubbub rules replay: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


@app.command(context_settings={"ignore_unknown_options": True})  # a query may begin with what it leaves out: -jobs
def query(
    text: Annotated[str, typer.Argument(help="What to look for, in the query language.")],
    workspace: Annotated[str, typer.Option(help="Name of the workspace; not needed where there is one alone.")] = "",
    limit: Annotated[int, typer.Option(min=0, help="How many posts at most; 0 for all.")] = 100,
    count: Annotated[bool, typer.Option("--count", help="Print how many there are, and no posts.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say how the query was read and what was asked.")] = False,
    data: Data = Path("hubbub-data"),
) -> None:
    """Search stored posts, newest first."""
    _ready(data)
    from hubbub.engine.querying import QueryRefused, Wanted, query_posts

    try:
        query_posts(Wanted(text, workspace, limit, count, explain), out=sys.stdout, told=told)
    except QueryRefused as error:
        told.print(f"hubbub query: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


@app.command("connectors")
def connectors_(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for scripts.")] = False,
) -> None:
    """List the networks that can be read and acted on here, and which package brings each; needs no database."""
    from hubbub.engine.listing import list_connectors

    raise typer.Exit(1 if list_connectors(as_json=as_json, out=sys.stdout, told=told) else 0)


@app.command()
def doctor(
    reach: Annotated[bool, typer.Option("--reach/--no-reach", help="Ask each network whether it answers.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for scripts.")] = False,
    data: Data = Path("hubbub-data"),
) -> None:
    """Say what is configured, reachable, late or broken, and the next step for each; check the chain over the log."""
    _ready(data)
    from hubbub.engine.doctor import examine, report

    raise typer.Exit(1 if report(examine(reach=reach), as_json=as_json, out=sys.stdout, told=told) else 0)


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)  # noqa: T201


def main() -> None:
    """The entry point of the `hubbub` command."""
    app()


if __name__ == "__main__":
    main()
