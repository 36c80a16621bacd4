"""
Cut lists by prefix, filter and page, as newer Nomad versions do.

May import ``http.filters``, ``http.messages`` and ``admission``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from devstack.standin.admission import Refused
from devstack.standin.http.filters import BadFilterError, parsed
from devstack.standin.http.messages import Reply, encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from devstack.standin.http.messages import Request

Item = TypeVar("Item")

#: What a page's token begins with: the namespace, as in Nomad.
_NAMESPACE = "default."


def listing(
    request: Request, items: Mapping[str, Item], stub: Callable[[Item], dict[str, Any]]
) -> Callable[[], Reply]:
    """Pick the wanted ones now, in the order of their ids; the reply is made when called for."""
    prefix = request.query.get("prefix", "")
    keys = sorted(key for key in items if key.startswith(prefix))
    wanted = [(key, items[key]) for key in keys]
    return lambda: _reply(request, wanted, stub)


def _reply(
    request: Request, wanted: Sequence[tuple[str, Item]], stub: Callable[[Item], dict[str, Any]]
) -> Reply:
    per_page = _page_size(request)
    start = request.query.get("next_token", "").removeprefix(_NAMESPACE)
    expression = request.query.get("filter", "")
    if not per_page and not start and not expression:
        return _of([stub(item) for _, item in wanted], "")
    try:
        passes = parsed(expression) if expression else None
    except BadFilterError as error:
        raise Refused(f"failed to read filter expression: {error}", 400) from error
    page: list[dict[str, Any]] = []
    for key, item in wanted:
        if key < start:
            continue
        form = stub(item)
        if passes is not None and not passes(form):
            continue
        if per_page and len(page) == per_page:
            return _of(page, _NAMESPACE + key)
        page.append(form)
    return _of(page, "")


def _page_size(request: Request) -> int:
    text = request.query.get("per_page") or "0"
    if not text.isdecimal():
        raise Refused(f'Failed to parse value of "per_page" ({text}) as a int32', 400)
    return int(text)


def _of(page: list[dict[str, Any]], next_token: str) -> Reply:
    headers = {"X-Nomad-Nexttoken": next_token} if next_token else {}
    return Reply(body=encoded(page), content_type="application/json", headers=headers)
