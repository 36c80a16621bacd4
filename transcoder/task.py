"""
One task: fetch, probe, transcode, verify, publish, over ports.

What earlier tasks left is looked up first: that this child has failed for good, and that the
results are there.  Nothing is seen by anybody before all results of the run are verified, though
their bytes may travel by then.  Imports ``core``, ``ports``, ``errors`` and the steps' modules.
"""

import signal
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from traceback import format_exc

from transcoder.adapters.scratch import scratch_space
from transcoder.core.chunk import Chunk
from transcoder.core.delivery import main_name
from transcoder.core.diagnosis import damage
from transcoder.core.identity import Identity
from transcoder.core.limits import Limits
from transcoder.core.outcome import Exit, Outcome, Output, exit_for
from transcoder.core.profile import Profile
from transcoder.core.redact import redacted
from transcoder.errors import Interrupted, Reason, TaskError
from transcoder.ports import Delivery, Fetched, Label, Published, Upload, World
from transcoder.recollection import (
    note_content,
    note_failure,
    recall_content,
    recall_failure,
)
from transcoder.splitting import Split, Splitting
from transcoder.stages import Stages
from transcoder.transcoding import Encoded, Transcoding
from transcoder.verification import Input, Made, check, check_length, items


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked for: one input, all its profiles, and where the work may be done."""

    input: str
    profiles: tuple[Profile, ...]
    #: The directory under which the scratch space is made.
    scratch: Path
    limits: Limits = field(default_factory=Limits)
    #: Whether results are decoded to their ends, rather than only counted.
    thorough: bool = True
    #: Whether a damaged input is refused, rather than made the best of.
    strict: bool = False
    #: The dispatched child whose failure for good is kept for its next attempt.
    child: str | None = None
    #: The piece of the results that is made, or that all pieces are joined; None makes them whole.
    chunk: Chunk | None = None


def run_task(task: Task, world: World) -> Outcome:
    """Do a task to its end, whatever that is; everything but the end itself is told by ports."""
    run = _Run(task, world)
    names = [profile.name for profile in task.profiles]
    world.reporter.event("task.started", input=redacted(task.input), profiles=names)
    try:
        run.carry_out()
    except TaskError as error:
        outcome = run.outcome(error.reason, error.detail, exit_for(error.reason))
    except Interrupted as stop:
        name = signal.Signals(stop.signal_number).name
        code = Exit.INTERRUPTED if stop.signal_number == signal.SIGINT else Exit.TERMINATED
        return run.outcome(Reason.TERMINATED, f"stopped by {name}", code)
    # A bug must not end a task without an outcome line: the traceback goes to its log.
    except Exception as error:  # noqa: BLE001
        world.reporter.event("task.crashed", traceback=format_exc())
        detail = f"{type(error).__name__}: {error}"
        return run.outcome(Reason.INTERNAL_ERROR, detail, Exit.INTERNAL)
    else:
        return run.outcome()
    is_new = not run.is_recalled and not outcome.retryable
    if task.child is not None and is_new and outcome.reason is not None:
        note_failure(world.marks, task.child, outcome.reason, outcome.detail or "")
    return outcome


class _Run:
    """What one task has found and made so far."""

    def __init__(self, task: Task, world: World) -> None:
        self._task = task
        self._world = world
        self._stages = Stages(world.monotonic, world.reporter)
        self._input_md5: str | None = None
        self._input_bytes: int | None = None
        self._duration_seconds: float | None = None
        self._outputs: dict[str, Output] = {}
        self._warnings: list[str] = []
        #: Whether it ended with what an earlier attempt had found.
        self.is_recalled = False

    def outcome(
        self, reason: Reason | None = None, detail: str | None = None, code: Exit = Exit.DONE
    ) -> Outcome:
        ordered = (self._outputs.get(profile.name) for profile in self._task.profiles)
        return Outcome(
            input=redacted(self._task.input),
            reason=reason,
            detail=detail,
            exit=code,
            input_md5=self._input_md5,
            input_bytes=self._input_bytes,
            input_duration_seconds=self._duration_seconds,
            outputs=tuple(output for output in ordered if output is not None),
            seconds=self._stages.seconds(),
            warnings=tuple(dict.fromkeys(self._warnings)),
        )

    def carry_out(self) -> None:
        task, world = self._task, self._world
        failure = recall_failure(world.marks, task.child) if task.child is not None else None
        if failure is not None:
            self.is_recalled = True
            raise failure
        world.store.check()
        identity = world.source.identify(task.input)
        splitting = self._splitting()
        if self._is_all_known(identity):
            if splitting and self._input_md5:
                splitting.forget(self._input_md5)
            return
        with scratch_space(task.scratch, world.hold) as scratch:
            with world.source.open(task.input, scratch) as arrival:
                work = splitting or Transcoding(
                    task.profiles, task.limits, world, self._stages, self._find_missing
                )
                encoded = work.carry_out(arrival, scratch)
            if encoded is not None:
                self._finish(encoded)
                if splitting:
                    splitting.forget(encoded.fetched.md5)

    def _splitting(self) -> Splitting | None:
        task = self._task
        if task.chunk is None:
            return None
        split = Split(task.chunk, task.profiles, task.limits, task.thorough)
        return Splitting(split, self._world, self._stages, self._find_missing)

    def _is_all_known(self, identity: Identity | None) -> bool:
        """Whether the results are there of what the source has now, by what a task left."""
        known = recall_content(self._world.store, identity)
        if known is None or self._missing(known.md5):
            self._outputs.clear()
            return False
        self._input_md5, self._input_bytes = known.md5, known.bytes
        self._tell_skipped()
        return True

    def _find_missing(self, fetched: Fetched) -> tuple[Profile, ...]:
        self._input_md5, self._input_bytes = fetched.md5, fetched.bytes
        # The version that came, which need not be the one that was there before.
        if fetched.identity is not None:
            note_content(self._world.store, fetched.identity, fetched)
        missing = self._missing(fetched.md5)
        self._tell_skipped()
        return missing

    def _missing(self, md5: str) -> tuple[Profile, ...]:
        """The profiles still to be made; the results that are there already are taken note of."""
        missing = []
        for profile in self._task.profiles:
            there = self._world.store.find(main_name(profile, md5), profile.digest)
            if there is None:
                missing.append(profile)
            else:
                self._take(profile, md5, there, skipped=True)
        return tuple(missing)

    def _tell_skipped(self) -> None:
        for output in self._outputs.values():
            self._world.reporter.event("output.skipped", profile=output.profile, uri=output.uri)

    def _finish(self, encoded: Encoded) -> None:
        """Verify and publish: bytes travel while the checks go on, and are seen at the end."""
        plan, encoder = encoded.plan, self._world.encoder
        self._duration_seconds = encoded.media.duration_seconds
        self._warnings += plan.warnings
        self._warnings += damage(encoded.run, strict=self._task.strict)
        wanted = [made for made in plan.renditions if made.profile.name not in self._outputs]
        with ExitStack() as uploads:
            with self._stages.stage("verify"):
                look = partial(check, directory=encoded.directory, encoder=encoder)
                made = [look(rendition, thorough=False) for rendition in wanted]
                source = Input(encoded.fetched.path, encoded.media, plan, encoded.run)
                self._warnings += check_length(source, made, encoder)
                ready = [self._ready(result, encoded.fetched, uploads) for result in made]
                if self._task.thorough and not encoded.is_decoded:
                    for rendition in wanted:
                        look(rendition, thorough=True)
            with self._stages.stage("publish"):
                for result, delivery, upload in ready:
                    self._publish(result, delivery, upload)

    def _ready(
        self, made: Made, fetched: Fetched, uploads: ExitStack
    ) -> tuple[Made, Delivery, Upload]:
        """Let a result's bytes set out."""
        profile, pictures = made.rendition.profile, made.rendition.pictures
        largest = max(pictures, key=lambda picture: picture.height, default=None)
        label = Label(
            input_md5=fetched.md5,
            profile=profile.name,
            settings=profile.digest,
            width=largest.width if largest else None,
            height=largest.height if largest else None,
            duration_seconds=made.duration_seconds,
        )
        main, parts = items(made, fetched.md5)
        delivery = Delivery(main, label, parts)
        return made, delivery, uploads.enter_context(self._world.store.upload(delivery))

    def _publish(self, made: Made, delivery: Delivery, upload: Upload) -> None:
        """Let a result be seen."""
        profile, label = made.rendition.profile, delivery.label
        is_ours = upload.finish()
        size = sum(item.path.stat().st_size for item in (delivery.main, *delivery.parts))
        told = Published(size, label.width, label.height, label.duration_seconds)
        self._take(profile, label.input_md5, told, skipped=not is_ours)
        event = "output.published" if is_ours else "output.skipped"
        self._world.reporter.event(event, profile=profile.name, uri=self._outputs[profile.name].uri)

    def _take(self, profile: Profile, md5: str, there: Published, *, skipped: bool) -> None:
        """Take a result that is there into the outcome."""
        name, store = main_name(profile, md5), self._world.store
        self._outputs[profile.name] = Output(
            profile=profile.name,
            uri=store.uri(name),
            key=store.key(name),
            width=there.width,
            height=there.height,
            duration_seconds=there.duration_seconds,
            bytes=there.bytes,
            skipped=skipped,
        )
