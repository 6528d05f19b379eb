"""One mailbox being read: connect, take what is new, wait for more, begin again after a failure."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from services.intake.adapters.threads import in_thread, readable
from services.intake.domain.findings import Step, Trouble
from services.intake.domain.servers import FETCHES, pause_after, source_of
from services.intake.settings import IntakeSettings
from services.intake.store import cursors, servers
from services.intake.store.cursors import Place
from services.intake.store.servers import Mailbox
from services.intake.usecases import pulling, tokens
from services.intake.usecases.pulling import Fetched, NotOurs
from shared.kit.context import Context
from shared.kit.logging import get_logger

if TYPE_CHECKING:
    from services.intake.adapters.imap import Head, Post

BATCH: Final = 50
_Result = TypeVar("_Result")
_log = get_logger("mailbox")
_turns = asyncio.Semaphore(4)
"""So many mails are in memory at once, however many mailboxes there are."""


class Broken(Exception):
    """The conversation ended; a new one is begun."""


class Reader:
    """Reads one mailbox for as long as it is held."""

    def __init__(self, context: Context, mailbox_id: UUID, holder: UUID) -> None:
        self._context = context
        self._settings: IntakeSettings = context.settings
        self._id = mailbox_id
        self._holder = holder
        self._post: Post | None = None
        self._batch = BATCH

    async def run(self) -> None:
        """Until the mailbox is no longer ours; a server that is away is asked ever more rarely."""
        while True:
            try:
                await self._converse()
            except NotOurs:
                return
            except Trouble as trouble:
                await self._rest(trouble.code, trouble.facts, trouble.step)
            except Broken as broken:
                await self._rest("broken_off", {"reason": str(broken)}, Step.CONNECTION)
            finally:
                self._hang_up()

    async def _converse(self) -> None:
        """One connection, from its login until it breaks."""
        mailbox, secret = await tokens.opener(self._context, await self._mailbox())
        post = await self._dial(mailbox, secret)
        while True:
            await self._look(post)
            await self._wait(post)
            mailbox = await self._mailbox()
            await tokens.opener(self._context, mailbox)

    async def _dial(self, mailbox: Mailbox, secret: str) -> "Post":
        from services.intake.adapters import imap  # noqa: PLC0415 - only where mail is fetched

        assert mailbox.server is not None
        post = self._post = imap.Post(mailbox.server, self._settings.imap_seconds)
        await in_thread(post.connect)
        await in_thread(post.login, secret)
        return post

    async def _look(self, post: "Post") -> None:
        """Take everything that is new, then what operators want fetched again."""
        opened = await in_thread(post.open)
        mailbox = await self._mailbox()
        if opened.validity != mailbox.uid_validity:
            place = Place(self._id, self._holder, opened.validity, 0)
            async with self._context.tx() as tx:
                if not await cursors.begin(tx, place, max(0, opened.next_uid - 1)):
                    raise NotOurs
            mailbox = await self._mailbox()
        await self._catch_up(post, mailbox, opened.validity)
        await self._again(post, mailbox, opened.validity)
        async with self._context.tx() as tx:
            await cursors.looked(tx, self._id, self._holder)

    async def _catch_up(self, post: "Post", mailbox: Mailbox, validity: int) -> None:
        uids = await self._ask(post.after, mailbox.last_uid)
        for start in range(0, len(uids), self._batch):
            batch = uids[start : start + self._batch]
            heads = await self._heads(post, mailbox, validity, batch)
            taken = [
                uid
                for uid in batch
                if await self._one(post, mailbox, self._place(validity, uid), heads.get(uid))
            ]
            if taken:
                await self._mark(post, taken)
        self._batch = BATCH

    async def _heads(
        self, post: "Post", mailbox: Mailbox, validity: int, batch: list[int]
    ) -> "dict[int, Head]":
        """One mail whose very head cannot be had must not stand in the way of its neighbours."""
        try:
            return await self._ask(post.heads, batch)
        except Broken:
            self._batch = 1
            if len(batch) == 1:
                await self._stumbled(mailbox, self._place(validity, batch[0]), None)
            raise

    async def _one(self, post: "Post", mailbox: Mailbox, place: Place, head: "Head | None") -> bool:
        """Whether the mail at this place is ours now."""
        if head is None or _is_old(mailbox, place.uid, head):
            await pulling.skip(self._context, place)
            return False
        async with _turns:
            try:
                fetched = await self._fetch(post, head)
            except Broken:
                await self._stumbled(mailbox, place, head.arrived)
                raise
            if fetched is None:
                await pulling.skip(self._context, place)
                return False
            await pulling.take(self._context, mailbox, place, fetched)
        return True

    async def _stumbled(self, mailbox: Mailbox, place: Place, arrived: datetime | None) -> None:
        """A mail that cannot be had three times is set aside; before that it is tried again."""
        times = await pulling.stumble(self._context, place)
        _log.warning("mail_not_fetched", mailbox_id=str(self._id), times=times)
        if times >= FETCHES:
            await pulling.set_aside(self._context, mailbox, place, arrived)

    async def _fetch(self, post: "Post", head: "Head") -> Fetched | None:
        limit = self._settings.message_bytes
        cut = head.size > limit
        raw = await self._ask(post.raw, head.uid, limit if cut else None)
        return None if raw is None else Fetched(raw, head.arrived, cut)

    async def _again(self, post: "Post", mailbox: Mailbox, validity: int) -> None:
        """Stubs that an operator has replayed."""
        async with self._context.tx() as tx:
            stubs = await cursors.wanted(tx, self._id)
        for stub in stubs:
            known, uid = source_of(stub.source_key)
            heads = await self._ask(post.heads, [uid]) if known == validity else {}
            async with self._context.tx() as tx:
                await cursors.give_up_again(tx, stub.id)
            fetched = await self._fetch(post, heads[uid]) if uid in heads else None
            if fetched is not None:
                await pulling.fill(self._context, mailbox, stub, fetched)

    async def _mark(self, post: "Post", uids: list[int]) -> None:
        try:
            await self._ask(post.mark, uids)
        except Broken as broken:
            _log.info("mails_not_marked", mailbox_id=str(self._id), cause=str(broken))
            raise

    async def _wait(self, post: "Post") -> None:
        """Until the server announces something, at most until the next poll."""
        seconds = min(self._settings.imap_poll_seconds, self._settings.imap_idle_seconds)
        name = f"mailbox {self._id}"
        if not post.can_idle:
            await self._context.wait(name, seconds)
            return
        descriptor, announced = await self._ask(post.idle)
        if not announced:
            await readable(descriptor, seconds, lambda most: self._context.wait(name, most))
        await self._ask(post.wake)

    async def _rest(self, code: str, facts: dict[str, Any], step: Step) -> None:
        failure = {"step": step, "code": code, "facts": facts}
        async with self._context.tx() as tx:
            failures = await cursors.failed(tx, self._id, self._holder, failure)
        seconds = pause_after(failures, self._settings.imap_longest_pause)
        _log.info("mailbox_away", mailbox_id=str(self._id), cause=code, failures=failures)
        spread = random.uniform(0.8, 1.2)  # noqa: S311 - spreads logins, guards nothing
        await self._context.wait(f"mailbox {self._id}", seconds * spread)

    async def _ask(self, work: Callable[..., _Result], *args: Any) -> _Result:
        from services.intake.adapters.imap import BROKEN  # noqa: PLC0415 - loaded when we dialled

        try:
            return await in_thread(work, *args)
        except BROKEN as error:
            raise Broken(type(error).__name__) from error

    async def _mailbox(self) -> Mailbox:
        async with self._context.tx() as tx:
            found = await servers.find(tx, self._id)
        if found is None or not found.enabled:
            raise NotOurs
        return found

    def _place(self, validity: int, uid: int) -> Place:
        return Place(self._id, self._holder, validity, uid)

    def _hang_up(self) -> None:
        if self._post is not None:
            self._post.close()
            self._post = None


def _is_old(mailbox: Mailbox, uid: int, head: "Head") -> bool:
    """What stood in the folder before we were asked to read it, and came in before `since`."""
    old = head.arrived is not None and head.arrived < mailbox.since
    return old and uid <= mailbox.rescan_to
