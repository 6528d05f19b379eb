"""Seeded desks that stay: each in a folder of its own, made anew only when its recipe changed."""

import ast
import asyncio
import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from deploy.local import postgres
from deploy.local.database import Administrator, answers
from deploy.local.layout import Home
from services.tickets.domain.terms import RULES
from shared.kit.crypto import Keys
from tests.bench.million import fill, floors, phrases, rows, tokens, unheard
from tests.bench.million.people import Cast, Size, engage
from tests.bench.product import ROOT, Bench, equip
from tests.engines import eventually, free_port, running
from tests.journeys.desk import Desk

MILLION: Final = 1_000_000
TICKETS: Final = "tickets"
_RECIPES: Final = {
    TICKETS: ("people.py", "rows.py", "words.py"),
    tokens.STAGE: ("people.py", "rows.py", "words.py", "tokens.py"),
}
_RULES: Final = (
    *("adapters/filling.py", "adapters/stems.py", "domain/arabic.py", "domain/facts.py"),
    *("domain/folding.py", "domain/postings.py", "domain/terms.py"),
)
_RELAXED: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "maintenance_work_mem": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
ENVIRONMENT: Final = {
    "SANAD_RATE_LIMIT": "1000000",
    "SANAD_PROFILE": "local",
    # An index of older rules is not made anew by the desk while others measure.
    "SANAD_TICKETS_SEARCH_REBUILD": "asked",
}
FRESH_INDEX: Final = "SANAD_BENCH_FRESH_INDEX"
_ONE_INDEX: Final = (
    "delete from tickets.search_generation",
    """insert into tickets.search_generation
        (id, key_version, state, rules, started_at, finished_at)
        values (1, 1, 'active', $1, now(), now())""",
)


def shelf() -> Path:
    """Where seeded desks are kept: `SANAD_BENCH_HOME`, or `bench-out` in the repository."""
    return Path(os.environ.get("SANAD_BENCH_HOME") or ROOT / "bench-out")


@dataclass(frozen=True)
class Kept:
    """One seeded desk on disk."""

    root: Path
    tickets: int

    @property
    def home(self) -> Home:
        return Home(self.root / "home")

    @property
    def cast(self) -> Path:
        return self.root / "cast.json"

    @property
    def _note(self) -> Path:
        return self.root / "made.json"

    def made(self) -> dict[str, Any]:
        """What was made of which recipe; empty before the first stage is done."""
        found: dict[str, Any] = json.loads(self._note.read_text()) if self._note.exists() else {}
        return found

    def note(self, **more: Any) -> None:
        draft = self._note.with_suffix(".new")
        draft.write_text(json.dumps({**self.made(), **more}, indent=1))
        draft.replace(self._note)


def kept(tickets: int) -> Kept:
    return Kept(shelf() / f"desk-{tickets}", tickets)


def recipe(stage: str) -> str:
    """A fingerprint of the code that makes a stage's rows."""
    here = Path(__file__).parent
    files = [here / name for name in _RECIPES[stage]]
    if stage == tokens.STAGE:
        files += [ROOT / "services/tickets" / name for name in _RULES]
    # What the code says counts, not how it is laid out.
    said = (ast.dump(ast.parse(file.read_text())) for file in files)
    return hashlib.sha256("".join(said).encode()).hexdigest()[:16]


def migrations() -> dict[str, str]:
    """Every migration of the product by its contents."""
    found = sorted(ROOT.glob("services/*/migrations/versions/[0-9]*.py"))
    return {
        str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        for file in found
    }


def usable(made: dict[str, Any], known: dict[str, str]) -> bool:
    """Rows of the same recipe, on tables that only newer migrations have touched since."""
    old = made.get("migrations", {})
    return made.get(TICKETS) == recipe(TICKETS) and old.items() <= known.items()


STAGES: Final = {TICKETS: tuple(rows.COLUMNS), tokens.STAGE: tokens.TABLES}


async def seeded(tickets: int, stages: Iterable[str] = tuple(STAGES)) -> Kept:
    """The desk of this size, seeded as far as it is not yet; interrupted, it goes on later."""
    one = kept(tickets)
    made, known = one.made(), migrations()
    if made and not (usable(made, known) and one.cast.exists()):
        print(f"{one.root.name} was made by another recipe: made anew", flush=True)
        shutil.rmtree(one.root)
    if not one.made():
        await _found(one, known)
    missing = [stage for stage in stages if _wanting(one.made(), stage)]
    if missing:
        await _migrated(one)
        async with _relaxed(one) as administrator:
            for stage in missing:
                await _make(one, administrator, (stage, STAGES[stage]))
        one.note(**{phrases.STAGE: False})
    if _whole(one.made()) and not one.made().get(phrases.STAGE):
        await _topped_up(one)
    return one


def _whole(made: dict[str, Any]) -> bool:
    return all(f"{stage} done" in made for stage in STAGES)


async def _topped_up(one: Kept) -> None:
    """What was thought of later than the rows: a desk of before gets it where it stands."""
    async with _relaxed(one) as administrator:
        connection = await administrator.connect()
        try:
            keys = await _data_keys(connection, one)
            await phrases.tell(connection, one.home.secret("master"), keys)
        finally:
            await connection.close()
    one.note(**{phrases.STAGE: True})


def _wanting(made: dict[str, Any], stage: str) -> bool:
    """Whether a stage's rows are to be made; an index of older rules answers as well."""
    done = made.get(f"{stage} done")
    if done is None or done == recipe(stage):
        return done is None
    if stage != tokens.STAGE or os.environ.get(FRESH_INDEX):
        return True
    print(f"{stage} were made by other rules and are kept; {FRESH_INDEX}=1 makes them anew")
    return False


async def _found(one: Kept, known: dict[str, str]) -> None:
    """A fresh desk with its people."""
    shutil.rmtree(one.root, ignore_errors=True)
    one.root.mkdir(parents=True)
    one.root.chmod(0o711)
    async with _open(one) as desk:
        cast = await engage(desk, Size.of(one.tickets))
    cast.save(one.cast)
    one.note(migrations=known, until=datetime.now(UTC).isoformat(), **{TICKETS: recipe(TICKETS)})


async def _migrated(one: Kept) -> None:
    """Newer migrations run at a start of the desk."""
    if one.made()["migrations"] != migrations():
        async with _open(one):
            one.note(migrations=migrations())


@contextlib.asynccontextmanager
async def _open(one: Kept) -> AsyncIterator[Desk]:
    desk = Desk(one.home.root, ENVIRONMENT)
    await desk.start()
    try:
        yield desk
    finally:
        await desk.stop()


@contextlib.asynccontextmanager
async def _relaxed(one: Kept) -> AsyncIterator[Administrator]:
    """Only PostgreSQL, without a net: what breaks here is made anew."""
    cluster = postgres.cluster(one.home.pg, free_port(), durable=False)
    cluster.clear_the_way()
    program = cluster.program()
    flags = [part for key, value in _RELAXED.items() for part in ("-c", f"{key}={value}")]
    program = replace(program, argv=(*program.argv, *flags))
    password = one.home.secret("postgres/postgres")
    administrator = Administrator.embedded(cluster.port, password)
    with _ended(program, one.home.log / "seed-postgres.log"):
        await eventually(lambda: answers(administrator), within=120)
        yield administrator
    await asyncio.to_thread(os.sync)


@contextlib.contextmanager
def _ended(program: Any, log: Path) -> Iterator[None]:
    """As `running`, with the patience that a last checkpoint of gigabytes needs."""
    with running(program, log) as child:
        yield
        child.send_signal(program.stop)
        child.wait(600)


async def _make(one: Kept, administrator: Administrator, what: tuple[str, Any]) -> None:
    stage, tables = what
    made = one.made()
    connection = await administrator.connect()
    try:
        if made.get(f"{stage} begun") != recipe(stage):
            await _cleared(connection, stage, tables)
            one.note(**{f"{stage} begun": recipe(stage)})
        keys = await _data_keys(connection, one)
    finally:
        await connection.close()
    source = fill.Source(
        administrator.dsn(),
        one.cast,
        one.tickets,
        datetime.fromisoformat(made["until"]),
        one.home.secret("master"),
        keys,
    )
    await fill.load(source, stage, tables)
    if stage == TICKETS:
        await _finish(administrator, one.tickets)
    one.note(**{f"{stage} done": recipe(stage)})


async def _cleared(connection: asyncpg.Connection, stage: str, tables: tuple[str, ...]) -> None:
    names = ", ".join(f"tickets.{table}" for table in tables)
    await connection.execute(f"truncate {names} cascade")
    if stage == tokens.STAGE:
        await connection.execute(_ONE_INDEX[0])
        await connection.execute(_ONE_INDEX[1], RULES)
    if await connection.fetchval("select to_regclass('bench.done')"):
        await connection.execute("delete from bench.done where stage = $1", stage)


async def _data_keys(connection: asyncpg.Connection, one: Kept) -> dict[UUID, bytes]:
    """The organizations' data keys, as the vault makes them."""
    keys = Keys(one.home.secret("master"))
    wanted = Cast.load(one.cast).organizations
    await connection.executemany(
        "insert into tickets.data_key (organization_id, version, wrapped) values ($1, 1, $2)"
        " on conflict do nothing",
        [(owner, keys.wrap(os.urandom(32), owner)) for owner in wanted],
    )
    found = await connection.fetch(
        "select organization_id, wrapped from tickets.data_key"
        " where version = 1 and organization_id = any($1)",
        wanted,
    )
    return {row["organization_id"]: row["wrapped"] for row in found}


async def _finish(administrator: Administrator, tickets: int) -> None:
    connection = await administrator.connect()
    try:
        await connection.execute(
            f"select setval('tickets.ticket_number', {rows.FIRST_NUMBER + tickets})"
        )
    finally:
        await connection.close()
    await floors.make(administrator.dsn("postgres"), tickets)


@contextlib.asynccontextmanager
async def opened(one: Kept) -> AsyncIterator[Bench]:
    """A seeded desk at work, with its floor beside it."""
    desk = Desk(one.home.root, ENVIRONMENT)
    await desk.start()
    stack = contextlib.ExitStack()
    try:
        await unheard.forget(desk.endpoints["database"])
        yield await equip(desk, one.root, stack)
    finally:
        stack.close()
        await desk.stop()
