"""
Look at what a task and a dispatch need of the world, changing nothing and printing no secret.

Each look gives findings and raises nothing.  Imports ``core``, ``errors``, ``ports`` and its
neighbours; SDKs only where they are needed.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from transcoder.adapters.ffmpeg_capabilities import ask_capabilities, ask_version
from transcoder.adapters.ffmpeg_find import MEND, Tools
from transcoder.adapters.scratch import scratch_space
from transcoder.core.capabilities import Capabilities
from transcoder.core.checkup import Finding, Grade, of_room, of_version
from transcoder.core.naming import S3Place
from transcoder.core.redact import redacted
from transcoder.errors import DispatchError, TaskError
from transcoder.ports import Hold


def look_at_ffmpeg(tools: Tools, hold: Hold) -> tuple[list[Finding], Capabilities | None]:
    """The executables, and what this ffmpeg has; None where it does not run."""
    try:
        findings = [of_version(tools.ffmpeg, ask_version(tools.ffmpeg, hold))]
        capabilities = ask_capabilities(tools.ffmpeg, hold)
    except TaskError as error:
        return [Finding(Grade.FAIL, "ffmpeg", error.detail, MEND)], None
    return [*findings, _of_ffprobe(tools, hold)], capabilities


def _of_ffprobe(tools: Tools, hold: Hold) -> Finding:
    if tools.ffprobe is None:
        return Finding(Grade.OK, "ffprobe", "none beside ffmpeg, which is asked itself instead")
    try:
        version = ask_version(tools.ffprobe, hold)
    except TaskError as error:
        mend = "repair it, or remove it: ffmpeg is asked itself then"
        return Finding(Grade.FAIL, "ffprobe", error.detail, mend)
    return Finding(Grade.OK, "ffprobe", f"{version} at {tools.ffprobe}")


def look_at_scratch(directory: Path, hold: Hold) -> list[Finding]:
    """Whether a task could work there, by making and removing what it would make."""
    try:
        with scratch_space(directory, hold) as own:
            (own / "probe").write_bytes(b"x")
            free = shutil.disk_usage(own).free
    except TaskError as error:
        return [Finding(Grade.FAIL, "scratch", error.detail, "name another with --scratch")]
    except OSError as error:
        told = f"{directory} cannot be written to: {error.strerror}"
        return [Finding(Grade.FAIL, "scratch", told, "name another with --scratch")]
    return [of_room(str(directory), free)]


def look_at_directory(directory: Path) -> list[Finding]:
    """Whether results could be published into a directory, which is not made here."""
    existing = next((one for one in (directory, *directory.parents) if one.exists()), directory)
    try:
        with_room = shutil.disk_usage(existing).free
    except OSError as error:
        told = f"{directory} cannot be looked at: {error.strerror}"
        return [Finding(Grade.FAIL, "output", told, "name another with --output")]
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        told = f"{directory} cannot be written to"
        return [Finding(Grade.FAIL, "output", told, "name another with --output")]
    told = f"{directory} can be written to, {with_room / (1 << 30):.1f} GiB are free"
    return [Finding(Grade.OK, "output", told)]


def look_at_s3(place: S3Place) -> list[Finding]:
    """Whether there are credentials, by which way, and whether the bucket answers to them."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import get_session

    from transcoder.adapters.s3 import make_client
    from transcoder.adapters.s3_store import S3Store

    try:
        found = get_session().get_credentials()
    except BotoCoreError as error:
        mend = "mend the AWS environment or files of this machine"
        return [Finding(Grade.FAIL, "credentials", f"cannot be read: {error}", mend)]
    if found is None:
        mend = "give the task a role or a key"
        return [Finding(Grade.FAIL, "credentials", "there are none for AWS", mend)]
    credentials = Finding(Grade.OK, "credentials", f"found for AWS, by {found.method}")
    try:
        S3Store(make_client, place).check()
    except TaskError as error:
        mend = "see that the bucket's name, its region and the role are right"
        return [credentials, Finding(Grade.FAIL, "bucket", error.detail, mend)]
    told = f"{place.bucket} answers; writing to it was not tried"
    return [credentials, Finding(Grade.OK, "bucket", told)]


def look_at_nomad(environment: Mapping[str, str]) -> list[Finding]:
    """
    Whether a Nomad server answers, and has a leader.

    A task needs none: only where NOMAD_ADDR names one is its absence more than a warning.
    """
    from transcoder.adapters.nomad_connection import CALL_ERRORS, connect, said

    address = environment.get("NOMAD_ADDR")
    grade = Grade.FAIL if address else Grade.WARN
    mend = "set NOMAD_ADDR (and NOMAD_CACERT) for dispatch and status; a task needs no server"
    try:
        client = connect(environment)
        leader = client.status.leader.get_leader()
    except DispatchError as error:
        return [Finding(Grade.FAIL, "nomad", error.detail, mend)]
    except CALL_ERRORS as error:
        told = f"{redacted(address or 'http://127.0.0.1:4646')} does not answer: {said(error)}"
        return [Finding(grade, "nomad", told, mend)]
    if not leader:
        told = f"{redacted(client.address)} answers, but its cluster has no leader"
        return [Finding(grade, "nomad", told, "see to the servers")]
    return [Finding(Grade.OK, "nomad", f"{redacted(client.address)} answers")]
