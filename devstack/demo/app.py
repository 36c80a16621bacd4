"""
``autoscaler demo``: bring the system up, let it work, report, take it down.

The demo's composition root and its exit codes.  May import all of ``devstack``, rich and the
standard library.
"""

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from devstack.cluster import find_nomad
from devstack.daemon import Daemon
from devstack.demo.inputs import Input, check_files, describe_input, own_clips
from devstack.demo.keep import how_to_play
from devstack.demo.origin import Origin
from devstack.demo.report import Outcome, figures_lines, table
from devstack.demo.run import Order, carry_out, stop_daemon
from devstack.demo.view import LiveView, PlainView, View
from devstack.demo.watch import Limits
from devstack.errors import DevstackError
from devstack.loopback import free_port
from devstack.signals import Interrupted, interruptible
from devstack.stack import GROUP, Stack, StackSettings

#: Wide enough for an S3 key beside its figures, where no terminal says how wide it is.
_PIPE_COLUMNS = 160
#: Where users' daemons have the page, and so the demo's where nobody listens there.
PAGE_PORT = 9646
#: The user's videos may be long; the demo's clips are not.
_USERS_FILES_SECONDS, _OWN_CLIPS_SECONDS = 24 * 3600.0, 300.0


def main(files: Sequence[Path], *, keep: bool) -> int:
    """
    Run the demo on ``files``, or on clips of its own if there are none.

    ``keep`` leaves the system up afterwards, until Ctrl-C.  The exit code: 0 if all went well, 1 if
    anything did not, 130 after Ctrl-C and 143 after SIGTERM.
    """
    console = _console()
    try:
        with interruptible():
            return _run(tuple(files), console, keep=keep)
    except Interrupted as stop:
        console.print(f"\n{stop}: everything has been taken down")
        return stop.exit_code
    except DevstackError as error:
        console.print(Text(f"demo failed: {error}", style="bold red"), soft_wrap=True)
        return 1


def _console() -> Console:
    console = Console(highlight=False)
    if console.is_terminal:
        return console
    return Console(highlight=False, width=_PIPE_COLUMNS)


def _run(files: tuple[Path, ...], console: Console, *, keep: bool) -> int:
    began_at = time.monotonic()
    files = check_files(files)
    steps = PlainView(lambda line: console.print(Text(line), soft_wrap=True), began_at)
    steps.say("bringing up AWS, Nomad and a DogStatsD sink on this machine")
    stack = Stack(StackSettings(nomad=find_nomad()))
    with stack:
        for line in _header(stack):
            steps.say(line)
        page = f"127.0.0.1:{free_port(PAGE_PORT)}"
        settings = stack.daemon_settings() | {"http": {"listen": page}}
        with _inputs(stack, files, steps) as inputs, stack.daemon(settings=settings) as daemon:
            steps.say(f"the autoscaler runs (pid {daemon.process.pid}, config {daemon.config})")
            steps.say(f"its status page: http://{page}/")
            limits = Limits(_USERS_FILES_SECONDS if files else _OWN_CLIPS_SECONDS)
            order = Order(inputs, limits)
            with _view(console, steps, began_at) as view:
                outcome = carry_out(stack, daemon, order, view)
            _report(console, outcome, daemon)
            if keep:
                _stay_up(console, how_to_play(stack, daemon, page), daemon)
            stop_daemon(daemon)
    if stack.leftovers:
        raise DevstackError(f"processes had to be killed at the end: {stack.leftovers}")
    steps.say("taken down: no process and no directory is left")
    return 0 if outcome.succeeded else 1


def _header(stack: Stack) -> tuple[str, ...]:
    sizes = stack.settings
    return (
        f"Nomad    {stack.nomad.flavour} at {stack.nomad.address}",
        f"AWS      moto at {stack.aws.endpoint}",
        f"         group {GROUP}: {sizes.min_size} to {sizes.max_size} instances",
        f"         room for {sizes.children_per_node} children on each",
        f"Datadog  DogStatsD sink at {stack.statsd.address}",
        f"files    {stack.directory}",
    )


@contextlib.contextmanager
def _inputs(stack: Stack, files: tuple[Path, ...], view: View) -> Iterator[tuple[Input, ...]]:
    """The inputs of the run; of the demo's own clips the last comes from a web server."""
    if files:
        yield tuple(map(describe_input, files))
        return
    directory = stack.directory / "videos"
    view.say("drawing videos with ffmpeg: pictures that move, and sound")
    *local, remote = own_clips(directory, stack.environment)
    with Origin(directory) as origin:
        yield (*map(describe_input, local), describe_input(remote, origin.url(remote)))


@contextlib.contextmanager
def _view(console: Console, plain: PlainView, began_at: float) -> Iterator[View]:
    if not console.is_terminal:
        yield plain
        return
    with LiveView(console, began_at) as live:
        yield live


def _report(console: Console, outcome: Outcome, daemon: Daemon) -> None:
    console.print()
    console.print(table(outcome.rows))
    for line in figures_lines(outcome):
        console.print(line)
    if outcome.succeeded:
        console.print("[bold green]all transcoded, checked, and the group is back at its minimum")
        return
    for problem in outcome.problems:
        console.print(Text(f"PROBLEM  {problem}", style="bold red"), soft_wrap=True)
    words = Text(f"the autoscaler's last lines:\n{daemon.last_words()}", style="dim")
    console.print(words, soft_wrap=True)
    console.print("`autoscaler demo --keep` leaves everything up to look at")


def _stay_up(console: Console, how_to: str, daemon: Daemon) -> None:
    console.print(how_to, markup=False, soft_wrap=True)
    sys.stdout.flush()
    # Ctrl-C is how the user ends it, so here it is no failure.
    with contextlib.suppress(Interrupted):
        while daemon.alive:
            time.sleep(0.5)
        daemon.require_alive()
