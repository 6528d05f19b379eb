"""The bytes of uploads whose rows are gone."""

from collections.abc import Iterable

from services.tickets.adapters.files import files_of
from services.tickets.store.rows import Row
from shared.kit.context import Context


async def forget(context: Context, rows: Iterable[Row]) -> None:
    files = files_of(context)
    for row in rows:
        await files.drop([*row["parts"], *filter(None, [row["file_id"]])])
