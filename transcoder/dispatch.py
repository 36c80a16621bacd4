"""
Dispatch children of the parameterized job for the inputs of the lists.  Imports ``core``,
``ports`` and ``errors``.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import BinaryIO

from transcoder.core.children import Child, State
from transcoder.core.chunk import chunk_count
from transcoder.core.lists import Entry, InputList, read_list
from transcoder.core.order import Order, told_order
from transcoder.core.outcome import Exit
from transcoder.core.redact import redacted
from transcoder.errors import DispatchError, TransientError
from transcoder.ports import Children, Jobs

#: More is no list, but a video given for one.
_LIST_BYTES_MOST = 16 << 20


def read_lists(names: Sequence[str], stdin: BinaryIO) -> InputList:
    """
    The inputs of all lists, in order, and every problem of every list; ``-`` is stdin.

    Relative paths in a list belong to the list's own directory.
    """
    entries: list[Entry] = []
    problems: list[str] = []
    for name in names:
        directory = Path.cwd() if name == "-" else Path(name).parent.absolute()
        try:
            raw = stdin.read(_LIST_BYTES_MOST) if name == "-" else _read(Path(name))
        except OSError as error:
            problems.append(f"{name}: cannot be read: {error.strerror}")
            continue
        shown = "stdin" if name == "-" else name
        found = read_list(raw, shown, PurePosixPath(directory), lambda path: Path(path).is_file())
        entries += found.entries
        problems += found.problems
    return InputList(tuple(entries), tuple(problems))


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LIST_BYTES_MOST)


def dispatch(
    work: Sequence[tuple[Entry, Sequence[Order]]],
    jobs: Jobs,
    tell_input: Callable[[Entry], None],
    tell_child: Callable[[Child], None],
    known: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> list[Child]:
    """
    Dispatch a child for each order of each input, telling of each as it is made.

    Where a child for the same is ``known``, that one is taken; it has no evaluation.  Raises
    DispatchError, which then says where to go on from, at the first refusal.
    """
    children: list[Child] = []
    total = sum(len(orders) for _, orders in work)
    for entry, orders in work:
        tell_input(entry)
        shown = redacted(entry.input)
        for order in orders:
            before = known.get((entry.input, str(order)))
            if before is not None:
                children.append(Child(before, "", shown, str(order)))
                tell_child(children[-1])
                continue
            try:
                made = jobs.dispatch(order.meta(entry.input))
            except DispatchError as error:
                stand = f"{len(children)} of {total} dispatched; the next is {order} of "
                place = f"{entry.list_name}:{entry.line_number}"
                raise DispatchError(f"{error.detail} ({stand}{place})", error.exit_code) from error
            child = Child(made.job_id, made.evaluation_id, shown, str(order))
            children.append(child)
            tell_child(child)
    return children


def chunk_counts(
    entries: Sequence[Entry], size_of: Callable[[str], int | None], parallel: int = 8
) -> list[int | None]:
    """Into how many chunks each input is worth cutting; None where nobody tells its size."""
    with ThreadPoolExecutor(parallel) as pool:
        sizes = pool.map(lambda entry: size_of(entry.input), entries)
        return [None if size is None else chunk_count(size) for size in sizes]


def known_children(children: Children, parallel: int = 4) -> dict[tuple[str, str], str]:
    """
    The children that wait, run or are done, by input and by what they were asked for.

    A failed one does not count: dispatched again, it may succeed.  Those that the server has
    collected as garbage are not known.  Raises DispatchError.
    """
    try:
        listing = children.listing(0, 0)
        live = [one for one in listing.children if one.state is not State.FAILED]
        with ThreadPoolExecutor(parallel) as pool:
            metas = pool.map(
                lambda one: children.meta(one.id) if one.meta is None else one.meta, live
            )
            found = list(zip(live, metas, strict=True))
    except TransientError as error:
        detail = f"the children that are there already cannot be read: {error.detail}"
        raise DispatchError(detail, Exit.RETRY) from error
    if listing.cut:
        detail = "the job has more children than can be compared; dispatch without --once"
        raise DispatchError(detail, Exit.CONFIGURATION)
    return {(meta["input"], told_order(meta)): one.id for one, meta in found if "input" in meta}
