"""What may be written after ``transcoder``.  Imports the standard library, and commands lazily."""

import argparse
import os
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

_EXITS = """\
exit codes: 0 done, 1 a followed child or a line of the selftest failed, 2 wrong use, 65 bad input,
66 no such input, 70 a bug, 75 worth another attempt, 78 configuration, 130 SIGINT, 143 SIGTERM"""


def make_parser() -> argparse.ArgumentParser:
    """The parser; each command's function stands in the result's ``carry_out``."""
    parser = argparse.ArgumentParser(
        prog="transcoder",
        description="Transcode videos, alone or as tasks of a Nomad job.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="tell the version, and end")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_run(commands.add_parser("run", help="transcode one input, by hand or as a Nomad task"))
    _add_dispatch(commands.add_parser("dispatch", help="make a child job of each input in lists"))
    _add_status(commands.add_parser("status", help="tell what becomes of a job's children"))
    _add_probe(commands.add_parser("probe", help="tell what an input is"))
    _add_profiles(commands.add_parser("profiles", help="list what can be made"))
    _add_plan(
        commands.add_parser("plan", help="explain what would become of an input, and its cost")
    )
    _add_doctor(commands.add_parser("doctor", help="tell what this machine lacks for all this"))
    _add_selftest(commands.add_parser("selftest", help="try odd inputs on the ffmpeg at hand"))
    return parser


class _Version(argparse.Action):
    """The version of the distribution that this is part of, looked up when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            told = version("nomad-queue-autoscaler")
        except PackageNotFoundError:
            told = "of a source tree that is not installed"
        print(parser.prog, told)
        parser.exit()


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input", nargs="?", help="URL, s3://BUCKET/KEY or file (else NOMAD_META_input)"
    )
    parser.add_argument(
        "--profile",
        action="append",
        metavar="NAME[,NAME…]",
        help="what to make (else NOMAD_META_profile, else small,large)",
    )
    _add_output(parser)
    _add_profile_file(parser)
    _add_fetching(parser)
    _add_threads(parser)
    parser.add_argument(
        "--stall-timeout",
        type=_positive,
        default=120,
        metavar="SECONDS",
        help="stop an ffmpeg that stands still for so long (120)",
    )
    parser.add_argument(
        "--verify",
        choices=("full", "quick"),
        default="full",
        help="look at results by decoding them to their ends, or only by counting (full)",
    )
    parser.add_argument(
        "--strict", action="store_true", help="refuse damaged inputs, rather than warn of them"
    )
    parser.add_argument(
        "--chunk",
        metavar="I/N|join/N",
        help="make one of so many pieces, or join them all (else NOMAD_META_chunk)",
    )
    _add_limits(parser)
    parser.set_defaults(carry_out=_command("run"))


def _add_dispatch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "lists", nargs="+", metavar="LIST", help="text, one input a line, # comments; - is stdin"
    )
    parser.add_argument(
        "--profile",
        action="append",
        metavar="NAME[,NAME…]",
        help="given twice, each input gets a child for each; else one child for small,large",
    )
    _add_profile_file(parser)
    parser.add_argument("--job", default="transcode", help="the parameterized job (transcode)")
    parser.add_argument(
        "--once",
        action="store_true",
        help="take the child that waits, runs or is done already, where an input has one",
    )
    parser.add_argument(
        "--split",
        nargs="?",
        type=_chunks,
        const=0,
        metavar="N",
        help="cut each video into N pieces, a child for each, or one for each 100 MiB (64 at most)",
    )
    parser.add_argument("--wait", action="store_true", help="follow the children to their ends")
    parser.add_argument("--timeout", type=_positive, metavar="SECONDS", help="of --wait")
    parser.add_argument("--dry-run", action="store_true", help="read the lists, dispatch nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(carry_out=_command("dispatch"))


def _add_status(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--job", default="transcode", help="the parameterized job (transcode)")
    parser.add_argument(
        "--last",
        type=_positive,
        default=20,
        metavar="N",
        help="children of each state to look at in detail (20)",
    )
    parser.add_argument("--failed", action="store_true", help="only those that failed")
    parser.add_argument(
        "--watch",
        nargs="?",
        type=_positive,
        const=5,
        metavar="SECONDS",
        help="look again at each change, or after so long (5), until interrupted",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a look")
    parser.set_defaults(carry_out=_command("status"))


def _add_probe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", help="URL, s3://BUCKET/KEY or file")
    parser.add_argument("--json", action="store_true")
    _add_fetching(parser)
    parser.set_defaults(carry_out=_command("probe"))


def _add_profiles(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="show these in full, with ffmpeg's arguments"
    )
    _add_profile_file(parser)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(carry_out=_command("profiles"))


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", help="URL, s3://BUCKET/KEY or file")
    parser.add_argument(
        "--profile",
        action="append",
        metavar="NAME[,NAME…]",
        help="what would be made (small,large)",
    )
    _add_output(parser)
    _add_profile_file(parser)
    _add_fetching(parser)
    _add_threads(parser)
    _add_limits(parser)
    parser.add_argument("--verbose", action="store_true", help="show ffmpeg's arguments too")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(carry_out=_command("plan"))


def _add_threads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threads",
        type=_positive,
        metavar="COUNT",
        help="of ffmpeg (else TRANSCODER_THREADS, else the share that Nomad gave the task)",
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--max-duration",
        type=_positive,
        default=24 * 3600,
        metavar="SECONDS",
        help="the longest input (86400)",
    )
    parser.add_argument(
        "--max-pixels",
        type=_positive,
        default=36_000_000,
        metavar="COUNT",
        help="the largest picture, width times height (36000000)",
    )


def _add_selftest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="lines with this number, or this in their name"
    )
    parser.add_argument("--list", action="store_true", help="name the lines, try none")
    parser.add_argument(
        "--full", action="store_true", help="with the profiles' own presets, not the quickest"
    )
    parser.add_argument(
        "--jobs", type=_positive, metavar="N", help="inputs at a time (else one a core)"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep inputs and results in this new directory"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(carry_out=_command("selftest"))


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        action="append",
        metavar="NAME[,NAME…]",
        help="what must work; the rest is only warned of (small,large)",
    )
    _add_output(parser)
    _add_profile_file(parser)
    _add_scratch(parser)
    parser.add_argument(
        "--timeout",
        type=_positive,
        default=20,
        metavar="SECONDS",
        help="how long the store, Nomad and the disk may take to answer (20)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(carry_out=_command("doctor"))


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        metavar="s3://BUCKET/PREFIX|DIR",
        help="where results go (else videos/ in the bucket S3_BUCKET)",
    )


def _add_profile_file(parser: argparse.ArgumentParser) -> None:
    told = os.environ.get("TRANSCODER_PROFILES")
    parser.add_argument(
        "--profiles",
        type=Path,
        metavar="FILE",
        default=Path(told) if told else None,
        help="profiles of your own, over those of the package (else TRANSCODER_PROFILES)",
    )


def _add_scratch(parser: argparse.ArgumentParser) -> None:
    told = os.environ.get("TRANSCODER_SCRATCH") or os.environ.get("NOMAD_TASK_DIR")
    parser.add_argument(
        "--scratch",
        type=Path,
        metavar="DIR",
        default=Path(told or tempfile.gettempdir()),
        help="where the work is done (else TRANSCODER_SCRATCH, NOMAD_TASK_DIR, TMPDIR)",
    )


def _add_fetching(parser: argparse.ArgumentParser) -> None:
    _add_scratch(parser)
    parser.add_argument(
        "--max-bytes",
        type=_positive,
        default=20 << 30,
        metavar="COUNT",
        help="the largest input (20 GiB)",
    )
    parser.add_argument(
        "--allow-private",
        action="store_true",
        default=allows_private(),
        help="fetch from loopback and private addresses too (TRANSCODER_ALLOW_PRIVATE=1)",
    )


def allows_private() -> bool:
    """Whether the environment lets inputs come from loopback and private addresses."""
    return os.environ.get("TRANSCODER_ALLOW_PRIVATE", "").lower() in ("1", "true", "yes")


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


def _chunks(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 64:
        detail = f"{text!r} is no whole number from 1 to 64; a list is named before --split"
        raise argparse.ArgumentTypeError(detail)
    return int(text)


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """The ``run`` of the module of that name, which is imported when the command is asked for."""

    def carry_out(options: argparse.Namespace) -> int:
        return int(import_module(f"transcoder.cli.{name}").run(options))

    return carry_out
