"""
Figures of tasks for Datadog, over DogStatsD, where an agent is named in the environment.

Imports ``core.outcome`` and datadog; a failure here is logged and never fails a task.
"""

from collections.abc import Mapping
from typing import Any

from transcoder.core.outcome import Outcome
from transcoder.ports import Reporter

_VARIABLES = ("DD_AGENT_HOST", "DD_DOGSTATSD_PORT", "DD_DOGSTATSD_URL")


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether the environment names an agent."""
    return any(environment.get(name) for name in _VARIABLES)


class DogStatsdMeter:
    """Sends a task's figures to the agent that the environment names."""

    def __init__(self, profiles: tuple[str, ...], reporter: Reporter) -> None:
        self._profiles = profiles
        self._reporter = reporter

    def record(self, outcome: Outcome) -> None:
        """Send the figures on; whatever goes wrong is told and forgotten."""
        try:
            from datadog.dogstatsd.base import DogStatsd

            # The client reads host, port and socket from the environment itself.
            client = DogStatsd(disable_telemetry=True, disable_buffering=True)
            try:
                self._send(client, outcome)
            finally:
                client.close_socket()
        # The client's kinds of failure are not ours to list, and none may cost a finished encode.
        except Exception as error:  # noqa: BLE001
            self._reporter.event("metrics.failed", detail=f"{type(error).__name__}: {error}")

    def _send(self, client: Any, outcome: Outcome) -> None:
        for profile in self._profiles:
            tags = [f"profile:{profile}", f"outcome:{outcome.word}"]
            if outcome.reason is not None:
                tags.append(f"reason:{outcome.reason}")
            client.increment("transcoder.jobs", 1, tags=tags)
        for stage, seconds in outcome.seconds.items():
            client.histogram("transcoder.seconds", seconds, tags=[f"stage:{stage}"])
        if outcome.input_bytes is not None:
            client.increment("transcoder.bytes_in", outcome.input_bytes)
        spent = outcome.seconds.get("transcode", 0.0)
        for output in outcome.outputs:
            if output.skipped:
                continue
            tags = [f"profile:{output.profile}"]
            client.increment("transcoder.bytes_out", output.bytes, tags=tags)
            if spent > 0 and outcome.input_duration_seconds:
                speed = outcome.input_duration_seconds / spent
                client.histogram("transcoder.speed", speed, tags=tags)
