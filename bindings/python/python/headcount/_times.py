"""Moments, between ``datetime`` and the library's microseconds since 1970."""

from __future__ import annotations

import datetime

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)


def from_micros(micros: int) -> datetime.datetime:
    return _EPOCH + datetime.timedelta(microseconds=micros)


def to_micros(moment: datetime.datetime) -> int:
    if not isinstance(moment, datetime.datetime):
        kind = type(moment).__name__
        raise TypeError(f"a time is a datetime with a time zone, such as datetime.UTC, not {kind}")
    if moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone; add one, such as datetime.UTC")
    return (moment - _EPOCH) // _MICROSECOND
