"""
How to play with a stack that stays up.

May import ``devstack.aws``, ``devstack.daemon``, ``devstack.stack`` and the standard library.
"""

import shlex
from pathlib import Path

from devstack.aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from devstack.daemon import Daemon
from devstack.stack import BUCKET, GROUP, JOB, Stack

_TEXT = """
Everything stays up until Ctrl-C.  To play with it, in another terminal:

  # point autoscaler, transcoder, nomad and aws here
  . {script}
  # more work
  transcoder dispatch {listing} --profile small
  # what the autoscaler would do now, and why
  autoscaler --config {config} --dry-run --once
  # what the running one sees, on a terminal and as a page
  autoscaler status --config {config} --watch
  http://{page}/
  # the queue, the group, and what has been published
  curl '{nomad}/v1/job/{job}/summary'
  aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names {group}
  curl '{aws}/{bucket}?list-type=2'
  # the autoscaler at work
  tail -f {log}
"""


def how_to_play(stack: Stack, daemon: Daemon, page: str) -> str:
    """
    Write a script that sets the environment; return the commands to play with.

    ``page`` is where the daemon's page is, ``HOST:PORT``.
    """
    return _TEXT.format(
        script=shlex.quote(str(_write_environment(stack))),
        listing=shlex.quote(str(stack.directory / "videos-1.txt")),
        config=shlex.quote(str(daemon.config)),
        page=page,
        nomad=stack.nomad.address,
        aws=stack.aws.endpoint,
        job=JOB,
        bucket=BUCKET,
        group=GROUP,
        log=shlex.quote(str(daemon.log)),
    )


def _write_environment(stack: Stack) -> Path:
    wanted = {
        **{key: value for key, value in stack.client_environment.items() if _needed(key)},
        # Those of the environment win over a file, and the user may have some there.
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
    }
    lines = [f"export {key}={shlex.quote(value)}" for key, value in sorted(wanted.items())]
    script = stack.directory / "environment.sh"
    script.write_text("\n".join([*lines, "unset AWS_SESSION_TOKEN NOMAD_TOKEN", ""]))
    return script


def _needed(key: str) -> bool:
    return key == "PATH" or key.startswith(("AWS_", "NOMAD_", "TRANSCODER_"))
