"""
ffmpeg as the Encoder port: runs the commands that ``core.command`` builds and reads what they say.

Imports ``core``, ``ports`` and its neighbours ``process``, ``ffmpeg_find`` and ``main_files``.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from transcoder.adapters import process
from transcoder.adapters.ffmpeg_find import Tools
from transcoder.adapters.main_files import complete
from transcoder.core import command
from transcoder.core.avi import claimed_seconds
from transcoder.core.diagnosis import Run, is_damage, refuse_by_look, too_large, unopened
from transcoder.core.ffmpeg_banner import parse_banner
from transcoder.core.ffprobe_reply import parse_ffprobe
from transcoder.core.loudness import Wish, parse_measured
from transcoder.core.media import Media, rounded_duration
from transcoder.core.packets import last_end
from transcoder.core.plan import Measured, Plan
from transcoder.core.progress import Progress, parse_block
from transcoder.core.pulse import beat_seconds
from transcoder.core.sniff import HEAD_BYTES, look
from transcoder.errors import Reason, TaskError
from transcoder.ports import Feed, Hold

_PROBE = process.Bounds(timeout_seconds=60, stall_seconds=60, error_lines=20_000)
_DAY_SECONDS = 86_400.0


class Ffmpeg:
    """One ffmpeg, with its thread count pinned."""

    def __init__(
        self, tools: Tools, threads: int, hold: Hold, stall_seconds: float = 120.0
    ) -> None:
        self._tools = tools
        self._threads = threads
        self._hold = hold
        self._work = process.Bounds(timeout_seconds=_DAY_SECONDS, stall_seconds=stall_seconds)

    def probe(self, path: Path) -> Media:
        """What a file is; raises TaskError where it is no media file, or must not be opened."""
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        seen = look(head)
        refuse_by_look(seen)
        media, errors = self._describe(path)
        if media is None:
            raise unopened(errors, seen)
        if any(stream.width == 0 for stream in media.video):
            refusal = too_large(errors)
            if refusal:
                raise refusal
        return _as_long_as_claimed(media, claimed_seconds(head))

    def can_tonemap(self) -> bool:
        """Whether this ffmpeg has the filters for high dynamic range."""
        lines, _ = self._collect([self._tools.ffmpeg, "-hide_banner", "-v", "error", "-filters"])
        names = {parts[1] for parts in map(str.split, lines) if len(parts) > 1}
        return {"zscale", "tonemap"} <= names

    def encode(
        self, source: Path | Feed, plan: Plan, directory: Path, watch: Callable[[Progress], None]
    ) -> Run:
        """Encode a plan's renditions from one decode, each into the folder of its profile."""
        for rendition in plan.renditions:
            for folder in command.folders(str(directory), rendition):
                Path(folder).mkdir(parents=True, exist_ok=True)
        feed = None if isinstance(source, Path) else source
        given = command.file_source(str(source)) if feed is None else command.PIPE
        arguments = command.encode_arguments(given, plan, str(directory), self._threads)
        run = self._follow(arguments, watch, feed)
        if run.exit_status == 0:
            complete(plan, directory)
        return replace(run, counts_frames=plan.video is not None)

    def follow(
        self, arguments: Callable[[int], Sequence[str]], watch: Callable[[Progress], None]
    ) -> Run:
        """Run a command that ``core`` builds for so many threads."""
        return self._follow(list(arguments(self._threads)), watch)

    def loudness(self, path: Path, wish: Wish) -> Measured | None:
        """How loud a track is; None for silence."""
        return parse_measured(self._follow(command.loudness_arguments(str(path), wish)).errors)

    def decode(self, path: Path) -> Run:
        """Decode a file to its end."""
        return self._follow(command.decode_arguments(str(path), self._threads))

    def measure(self, path: Path, streams: Sequence[str]) -> float | None:
        """The true length of streams in seconds; None where they cannot be read at all."""
        return self._follow(command.measure_arguments(str(path), streams)).out_seconds

    def subtitles_end(self, path: Path) -> float | None:
        """When the last subtitle goes, in seconds; None where there is none to read."""
        lines, _ = self._collect([self._tools.ffmpeg, *command.list_subtitles(str(path))])
        return last_end(lines)

    def _describe(self, path: Path) -> tuple[Media | None, str]:
        """What the prober at hand says of a file, and its stderr."""
        if self._tools.ffprobe is not None:
            argv = [self._tools.ffprobe, *command.ffprobe_arguments(str(path))]
            lines, ended = self._collect(argv)
            return parse_ffprobe("\n".join(lines)), ended.errors
        argv = [self._tools.ffmpeg, *command.banner_arguments(str(path))]
        _, ended = self._collect(argv)
        return parse_banner(ended.errors), ended.errors

    def _collect(self, argv: list[str]) -> tuple[list[str], process.Ended]:
        """Run a short command; the lines of its stdout, and how it ended."""
        lines: list[str] = []

        def keep(line: str) -> bool:
            lines.append(line)
            return False

        return lines, self._run(argv, _PROBE, keep)

    def _follow(
        self,
        arguments: list[str],
        watch: Callable[[Progress], None] = lambda _progress: None,
        feed: Feed | None = None,
    ) -> Run:
        """Run ffmpeg to its end, passing its progress on."""
        reports = _Reports(watch)
        damaged: list[None] = []

        def on_error(line: str) -> None:
            if is_damage(line):
                damaged.append(None)

        argv = [self._tools.ffmpeg, *arguments]
        ended = self._run(argv, self._work, reports.take, on_error, feed)
        return Run(
            exit_status=ended.exit_status,
            errors=ended.errors,
            frames=reports.last.frames,
            out_seconds=reports.last.out_seconds,
            damaged_count=len(damaged),
            stalled=ended.stalled,
            broken_feed=ended.broken_feed,
        )

    def _run(
        self,
        argv: list[str],
        bounds: process.Bounds,
        on_output: Callable[[str], bool],
        on_error: Callable[[str], None] = lambda _line: None,
        feed: Feed | None = None,
    ) -> process.Ended:
        try:
            return process.run(argv, bounds, self._hold, on_output, on_error, feed)
        except (FileNotFoundError, PermissionError) as error:
            detail = f"{argv[0]!r} cannot be started: {error.strerror}"
            raise TaskError(Reason.NO_FFMPEG, detail) from error


def _as_long_as_claimed(media: Media, seconds: float | None) -> Media:
    """A file's description with the length that it was to have."""
    length = media.duration_seconds
    if seconds is None or length is None or seconds <= length:
        return media
    return replace(media, duration_seconds=rounded_duration(seconds))


class _Reports:
    """Gathers the lines of ``-progress`` into reports."""

    def __init__(self, watch: Callable[[Progress], None]) -> None:
        self.last = Progress(0, None)
        self._watch = watch
        self._lines: list[str] = []

    def take(self, line: str) -> bool:
        """Take a line; True where it shows that ffmpeg gets on."""
        at_seconds = beat_seconds(line)
        if at_seconds is not None:
            told = self.last.out_seconds
            self._watch(Progress(self.last.frames, at_seconds if told is None else told))
            return True
        self._lines.append(line)
        if not line.startswith("progress="):
            return False
        before, self.last = self.last, parse_block(self._lines)
        self._lines = []
        self._watch(self.last)
        return self.last != before
