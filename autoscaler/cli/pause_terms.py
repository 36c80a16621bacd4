"""
What a pause is asked for with: until when, why, and by whom.

Imports config, adapters.pauses and errors.
"""

import os
import pwd
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from autoscaler.adapters.pauses import problem_of
from autoscaler.config import parse_duration, parse_instant
from autoscaler.errors import InputError

#: What lasts longer is no pause, and says so by having no end.
_LENGTH_MAX = timedelta(days=30)
_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})Z?")


def end_of(length: str | None, until: str | None, now: datetime) -> datetime | None:
    """By ``--for`` or ``--until``; None: until it is resumed.  Raises ``InputError``."""
    if length is not None:
        option, said = "--for", length
    elif until is not None:
        option, said = "--until", until
    else:
        return None
    try:
        end = now + parse_duration(said) if option == "--for" else _instant(said, now)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from error
    if end <= now:
        raise InputError(f"{option} {said}: has passed already ({end.astimezone(UTC):%c} UTC)")
    if end - now > _LENGTH_MAX:
        mend = "leave it out for a pause that lasts until it is resumed"
        raise InputError(f"{option} {said}: is more than {_LENGTH_MAX.days} days away; {mend}")
    return end


def _instant(text: str, now: datetime) -> datetime:
    """A time of day is the next one, in UTC, as all that is shown.  Raises ``ValueError``."""
    found = _TIME_OF_DAY.fullmatch(text)
    if found is None:
        try:
            return parse_instant(text)
        except ValueError as error:
            mend = "write 14:20, or 2026-03-01T14:20Z"
            raise ValueError(f"{text!r} is no instant; {mend}") from error
    today = now.astimezone(UTC).replace(second=0, microsecond=0)
    at = today.replace(hour=int(found[1]), minute=int(found[2]))
    return at if at > now else at + timedelta(days=1)


def reason_of(text: str) -> str:
    """As ``--why`` gives it, less the space about it.  Raises ``InputError``."""
    problem = problem_of(text.strip())
    if problem is not None:
        raise InputError(f"--why {problem}; say in one line what others should know")
    return text.strip()


def who(environment: Mapping[str, str] | None = None, uid: int | None = None) -> str:
    """
    The user who asks: as the system knows them; behind sudo, whom sudo names.

    Anybody can set SUDO_USER; only root, which alone can be told by sudo, is believed it.
    """
    environment = os.environ if environment is None else environment
    uid = os.getuid() if uid is None else uid
    behind = environment.get("SUDO_USER", "")
    if uid == 0 and behind and _is_user(behind, environment.get("SUDO_UID", "")):
        return behind
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _is_user(name: str, uid: str) -> bool:
    try:
        return str(pwd.getpwnam(name).pw_uid) == uid
    except KeyError:
        return False
