"""
``autoscaler explain``: why the last decisions were what they were, why a child waits, why a node
stays or goes.

Imports cli.state_dir, and cli.explain_answers and cli.explain_text when it is called for.
"""

import argparse
import sys

from autoscaler.cli.commands import Commands
from autoscaler.cli.state_dir import add_place, config_of, state_dir_of

_DESCRIPTION = """\
Say why: from the running daemon where there is one, else from the journal, and of a child by
asking Nomad too.  Changes nothing.
"""

_EPILOG = """\
examples:
  autoscaler explain --config /etc/autoscaler.yaml                 the last decisions, each pool
  autoscaler explain --config /etc/autoscaler.yaml --job transcode/dispatch-1795485667-047f38ae
  autoscaler explain --config /etc/autoscaler.yaml --node i-0d7d42bdb2f585659
  autoscaler explain --state-dir /var/lib/autoscaler --last 3 --json

--job takes the beginning of an id too, with or without the job's name; --node takes a node's id,
its beginning, its name, or its instance.  With --json each fact has a stable code (a rule of the
decisions, or a state), a sentence, numbers and details.

exits with 0; 1 if there is no answer (no daemon and no journal, nothing of that id);
2 bad arguments or configuration
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "explain",
        help="why the last decisions, why a child waits, why a node stays or goes",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_place(parser)
    parser.add_argument("--pool", metavar="NAME", help="this pool alone")
    subject = parser.add_mutually_exclusive_group()
    subject.add_argument(
        "--last", type=_count, default=5, metavar="N", help="so many decisions (default: 5)"
    )
    subject.add_argument("--job", metavar="ID", help="why this dispatched child waits")
    subject.add_argument("--node", metavar="ID", help="why this node stays or goes")
    parser.add_argument("--json", action="store_true", help="one JSON object, for machines")
    parser.set_defaults(run=_run)


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return count


def _run(arguments: argparse.Namespace) -> int:
    from autoscaler import logs
    from autoscaler.cli import explain_answers, explain_text
    from autoscaler.cli.explain_answers import Inquiry

    config = config_of(arguments)
    # What the journal has to say of itself goes where it does not disturb the answer.
    logs.configure("console", "warning", sys.stderr)
    inquiry = Inquiry(state_dir_of(arguments, config), config, arguments.pool)
    try:
        if arguments.job is not None:
            answer = explain_answers.of_child(inquiry, arguments.job)
        elif arguments.node is not None:
            answer = explain_answers.of_node(inquiry, arguments.node)
        else:
            answer = explain_answers.of_decisions(inquiry, arguments.last)
    finally:
        inquiry.close()
    print(explain_text.as_json(answer) if arguments.json else explain_text.as_text(answer))
    return 0 if answer.found else 1
