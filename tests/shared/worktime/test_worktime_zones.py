"""What the engine takes for granted about the time zones of the world."""

import struct
from importlib import resources
from itertools import pairwise

from shared.worktime import zones
from shared.worktime.instants import DAY

_HEADER = struct.Struct(">4sc15x6l")
_CENTURY = -3 * 10**9


def changes(name: str) -> list[int]:
    """The seconds at which a zone's offset changes, read from the database by hand."""
    raw = resources.files("tzdata.zoneinfo").joinpath(name).read_bytes()
    *_, utc, std, leap, times, types, letters = _HEADER.unpack_from(raw)
    start = 44 + times * 5 + types * 6 + letters + leap * 8 + std + utc
    *_, utc, std, leap, times, types, letters = _HEADER.unpack_from(raw, start)
    start += 44
    at = struct.unpack_from(f">{times}q", raw, start)
    kinds = raw[start + 8 * times : start + 9 * times]
    rows = start + 9 * times
    offset = [struct.unpack_from(">l", raw, rows + 6 * one)[0] for one in range(types)]
    offsets = [offset[0], *(offset[kind] for kind in kinds)]
    return [when for when, (a, b) in zip(at, pairwise(offsets), strict=True) if a != b]


def test_no_clock_on_earth_changes_twice_within_two_days() -> None:
    """So comparing the ends of a UTC day finds every change inside it."""
    names = resources.files("tzdata").joinpath("zones").read_text().split()
    assert len(names) > 500
    for name in names:
        for one, other in pairwise(changes(name)):
            assert other < _CENTURY or other - one > 2 * 86_400, name


def test_every_change_since_1970_cuts_its_day_where_it_happens() -> None:
    for name in ("Africa/Cairo", "Asia/Beirut", "Africa/Casablanca", "Asia/Gaza", "Pacific/Apia"):
        zone = zones.load(name)
        for second in changes(name):
            if second <= 0:
                continue
            at = second * 1_000_000
            pieces = zones.pieces(zone, at // DAY)
            assert at in {piece[0] for piece in pieces}, (name, second)
            assert pieces[0][0] == at // DAY * DAY
            assert pieces[-1][1] == (at // DAY + 1) * DAY
