"""
``autoscaler status``: the status page's picture on a terminal.

Imports cli.commands, cli.results and cli.state_dir, and cli.status_source, cli.status_text and
cli.status_watch when it is called for.
"""

import argparse
import sys
from typing import TYPE_CHECKING

from autoscaler.cli.commands import Commands
from autoscaler.cli.results import colour_is_wanted, readers_may_leave
from autoscaler.cli.state_dir import add_place, config_of, state_dir_of

if TYPE_CHECKING:
    from autoscaler.cli.status_source import Source
    from autoscaler.cli.status_text import Style

_DESCRIPTION = """\
Show what the status page shows: what is wrong and the mend, and of each pool its queue, its nodes,
its groups, the decision in words and the last changes.  From the running daemon, by a socket in its
state_dir.  Changes nothing.  Times are UTC.
"""

_EPILOG = """\
examples:
  autoscaler status --config /etc/autoscaler.yaml
  autoscaler status --config /etc/autoscaler.yaml --watch
  autoscaler status --config /etc/autoscaler.yaml --pool transcode --nodes
  autoscaler status --state-dir /var/lib/autoscaler --json | jq .wrongs

--json prints the API's document: that of /api/v1/status, or with --nodes that of /api/v1/nodes.

exits with 0; 1 if no daemon can be asked: then the journal's last picture is shown, with its age,
where there is one (never with --json); 2 bad arguments or configuration
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "status",
        help="queue, nodes, decision, what is wrong and the mend, now",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_place(parser)
    parser.add_argument("--pool", metavar="NAME", help="this pool alone")
    parser.add_argument("--nodes", action="store_true", help="each node, and what it runs")
    parser.add_argument("--json", action="store_true", help="one JSON object, for machines")
    parser.add_argument(
        "--watch",
        action="store_true",
        help="go on until Ctrl-C: drawn anew each second on a terminal, else told at each change",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from autoscaler import logs
    from autoscaler.cli.status_source import Question, Source
    from autoscaler.cli.status_watch import watch

    config = config_of(arguments)
    # What the journal has to say of itself goes where it does not disturb the picture.
    logs.configure("console", "warning", sys.stderr)
    question = Question(arguments.pool, nodes=arguments.nodes)
    source = Source(state_dir_of(arguments, config), config, question)
    with readers_may_leave():
        if arguments.watch:
            return watch(source, _style(), as_json=arguments.json)
        return _once(source, as_json=arguments.json)


def _once(source: "Source", *, as_json: bool) -> int:
    from autoscaler.cli.status_text import as_json_text, as_text

    shown = source.from_daemon()
    if shown is None:
        print(f"autoscaler: {source.why_not}", file=sys.stderr)
        if not as_json:
            shown = source.from_journal()
        if shown is None:
            return 1
    text = as_json_text(shown) if as_json else as_text(shown, _style())
    print(text, flush=True)
    return 0 if shown.live else 1


def _style() -> "Style":
    from autoscaler.cli.status_text import Style

    return Style(colour=colour_is_wanted(), terminal=sys.stdout.isatty())
