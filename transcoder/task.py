"""
One task: fetch, probe, transcode, verify, publish, over ports.

Nothing is published before all results of the run are verified, and the scratch space is gone at
the end, however that comes.  Imports ``core``, ``ports`` and ``errors``.
"""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from traceback import format_exc

from transcoder.core.command import ALL_STREAMS, main_file
from transcoder.core.diagnosis import Run, encode_failure
from transcoder.core.media import Media
from transcoder.core.naming import output_name
from transcoder.core.outcome import Exit, Outcome, Output, exit_for
from transcoder.core.plan import Plan, Rendition, is_hdr, make_plan
from transcoder.core.profile import Profile
from transcoder.core.progress import Progress, standing
from transcoder.core.redact import redacted
from transcoder.core.verify import invalid, problems, shortfall, truncated, undecodable
from transcoder.errors import Interrupted, Reason, TaskError
from transcoder.ports import Fetched, Label, World


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked for: one input, all its profiles, and where the work may be done."""

    input: str
    profiles: tuple[Profile, ...]
    #: The directory under which the scratch space is made.
    scratch: Path


@dataclass(frozen=True, slots=True)
class _Result:
    """A verified file, not yet published."""

    rendition: Rendition
    path: Path
    duration_seconds: float | None


def run_task(task: Task, world: World) -> Outcome:
    """Do a task to its end, whatever that is; everything but the end itself is told by ports."""
    run = _Run(task, world)
    try:
        run.carry_out()
    except TaskError as error:
        return run.outcome(error.reason, error.detail, exit_for(error.reason))
    except Interrupted as stop:
        name = signal.Signals(stop.signal_number).name
        code = Exit.INTERRUPTED if stop.signal_number == signal.SIGINT else Exit.TERMINATED
        return run.outcome(Reason.TERMINATED, f"stopped by {name}", code)
    # A bug must not end a task without an outcome line: the traceback goes to its log.
    except Exception as error:  # noqa: BLE001
        world.reporter.event("task.crashed", traceback=format_exc())
        detail = f"{type(error).__name__}: {error}"
        return run.outcome(Reason.INTERNAL_ERROR, detail, Exit.INTERNAL)
    return run.outcome()


class _Run:
    """What one task has found and made so far."""

    def __init__(self, task: Task, world: World) -> None:
        self._task = task
        self._world = world
        self._started_at = world.monotonic()
        self._seconds: dict[str, float] = {}
        self._fetched: Fetched | None = None
        self._media: Media | None = None
        self._outputs: dict[str, Output] = {}
        self._warnings: list[str] = []

    def outcome(
        self, reason: Reason | None = None, detail: str | None = None, code: Exit = Exit.DONE
    ) -> Outcome:
        total = self._world.monotonic() - self._started_at
        ordered = (self._outputs.get(profile.name) for profile in self._task.profiles)
        return Outcome(
            input=redacted(self._task.input),
            reason=reason,
            detail=detail,
            exit=code,
            input_md5=self._fetched.md5 if self._fetched else None,
            input_bytes=self._fetched.bytes if self._fetched else None,
            input_duration_seconds=self._media.duration_seconds if self._media else None,
            outputs=tuple(output for output in ordered if output is not None),
            seconds={**self._seconds, "total": total},
            warnings=tuple(self._warnings),
        )

    def carry_out(self) -> None:
        self._world.store.check()
        with _scratch_space(self._task.scratch, self._world) as scratch:
            with self._stage("fetch"):
                fetched = self._world.source.fetch(self._task.input, scratch)
                self._fetched = fetched
            with self._stage("probe"):
                media = self._world.encoder.probe(fetched.path)
                self._media = media
                missing = self._find_published(fetched)
                plan = self._plan(media, missing)
            if not missing:
                return
            with self._stage("transcode"):
                run = self._encode(fetched, plan, scratch)
            with self._stage("verify"):
                results = [self._verify(run, made, scratch) for made in plan.renditions]
                self._check_length(fetched, plan, results)
            with self._stage("publish"):
                for result in results:
                    self._publish(fetched, result)

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        started_at = self._world.monotonic()
        try:
            yield
        finally:
            self._seconds[name] = self._world.monotonic() - started_at
        self._world.reporter.event(f"{name}.finished", seconds=round(self._seconds[name], 3))

    def _find_published(self, fetched: Fetched) -> tuple[Profile, ...]:
        """Note the results that are there already; the profiles that are still to be made."""
        store, missing = self._world.store, []
        for profile in self._task.profiles:
            name = output_name(fetched.md5, profile.name, profile.suffix)
            there = store.find(name, profile.digest)
            if there is None:
                missing.append(profile)
                continue
            self._outputs[profile.name] = Output(
                profile=profile.name,
                uri=store.uri(name),
                key=store.key(name),
                width=there.width,
                height=there.height,
                duration_seconds=there.duration_seconds,
                bytes=there.bytes,
                skipped=True,
            )
            self._world.reporter.event("output.skipped", profile=profile.name, uri=store.uri(name))
        return tuple(missing)

    def _plan(self, media: Media, profiles: tuple[Profile, ...]) -> Plan:
        hdr = any(is_hdr(stream) for stream in media.video)
        plan = make_plan(media, profiles, hdr and self._world.encoder.can_tonemap())
        self._warnings += plan.warnings
        self._world.reporter.event(
            "input.probed",
            container=media.container,
            duration_seconds=media.duration_seconds,
            streams=plan.streams,
        )
        return plan

    def _encode(self, fetched: Fetched, plan: Plan, directory: Path) -> Run:
        started_at = self._world.monotonic()

        def watch(progress: Progress) -> None:
            elapsed = self._world.monotonic() - started_at
            now = standing(progress.out_seconds, plan.duration_seconds, elapsed)
            self._world.reporter.progress(now)

        run = self._world.encoder.encode(fetched.path, plan, directory, watch)
        failure = encode_failure(run)
        if failure is not None:
            raise failure
        if run.damaged_count:
            self._warnings.append(f"input_damaged: ffmpeg told of {run.damaged_count} damages")
        return run

    def _verify(self, run: Run, rendition: Rendition, directory: Path) -> _Result:
        encoder, name = self._world.encoder, rendition.profile.name
        path = Path(main_file(str(directory), rendition))
        if not path.is_file() or path.stat().st_size == 0:
            raise invalid(name, [f"there is none, though ffmpeg exited {run.exit_status}"])
        try:
            media: Media | None = encoder.probe(path)
        except TaskError:
            media = None
        found = problems(media, rendition)
        broken = None if found else undecodable(encoder.decode(path))
        if found or broken:
            raise invalid(name, found or [str(broken)])
        return _Result(rendition, path, media.duration_seconds if media else None)

    def _check_length(self, fetched: Fetched, plan: Plan, results: list[_Result]) -> None:
        """Raise where the results end before the input does: nothing short may be published."""
        planned, encoder = plan.duration_seconds, self._world.encoder
        shortest = min(results, key=lambda result: result.duration_seconds or 0.0)
        if planned is None or not shortfall(planned, shortest.duration_seconds):
            return
        # The container's length may be that of a stream which is not encoded: look for what is.
        whole = encoder.measure(fetched.path, ALL_STREAMS)
        if shortfall(planned, whole):
            raise truncated(planned, whole)
        length = encoder.measure(fetched.path, [f"0:{index}" for index in plan.streams])
        if shortfall(length, shortest.duration_seconds):
            found = [f"it ends after {shortest.duration_seconds} s of {length} s"]
            raise invalid(shortest.rendition.profile.name, found)
        self._warnings.append(f"shorter_streams: picture and sound end before the {planned:.2f} s")

    def _publish(self, fetched: Fetched, result: _Result) -> None:
        rendition, store = result.rendition, self._world.store
        profile = rendition.profile
        name = output_name(fetched.md5, profile.name, profile.suffix)
        label = Label(
            input_md5=fetched.md5,
            profile=profile.name,
            settings=profile.digest,
            width=rendition.pictures[0].width if rendition.pictures else None,
            height=rendition.pictures[0].height if rendition.pictures else None,
            duration_seconds=result.duration_seconds,
        )
        store.publish(result.path, name, label)
        self._outputs[profile.name] = Output(
            profile=profile.name,
            uri=store.uri(name),
            key=store.key(name),
            width=rendition.pictures[0].width if rendition.pictures else None,
            height=rendition.pictures[0].height if rendition.pictures else None,
            duration_seconds=result.duration_seconds,
            bytes=result.path.stat().st_size,
            skipped=False,
        )
        self._world.reporter.event("output.published", profile=profile.name, uri=store.uri(name))


@contextmanager
def _scratch_space(parent: Path, world: World) -> Iterator[Path]:
    """A directory of our own, gone at the end: no attempt ever meets the debris of another."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(prefix="transcoder-", dir=parent))
    except OSError as error:
        detail = f"the scratch space {parent} cannot be used: {error.strerror}"
        raise TaskError(Reason.BAD_SETTING, detail) from error
    try:
        yield path
    finally:
        with world.hold():
            rmtree(path, ignore_errors=True)
