"""
Everything that can go wrong, as the rest of the package sees it.

::

    AutoscalerError
    ├── ConfigError(problems)          stops the start; refused at a reload
    ├── InputError                     what a command was given cannot be used
    │   └── TraceError                   a trace, or a line of it
    ├── ObservationError(stage)        a part of the world is unknown, which is not zero
    │   ├── NomadUnavailable             not reachable, no leader, 5xx, timed out
    │   ├── NomadDenied                  403: the token lacks a right
    │   ├── JobMissing                   no such job, or one that is not parameterized
    │   ├── GroupUnavailable             AWS not reachable, throttled, 5xx
    │   ├── GroupDenied                  AWS refused: credentials or rights
    │   ├── GroupMissing                 no such Auto Scaling group
    │   └── MalformedReply               an answer lacks what it must have
    └── ActionError(retryable)         an action was not carried out: the plan ends there

Adapters translate the SDKs' errors into these, chained; nobody else sees the originals.
Imports nothing.
"""


class AutoscalerError(Exception):
    """The base of all."""


class ConfigError(AutoscalerError):
    """The configuration cannot be used; ``problems`` holds every reason, each with its place."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        self.source = source
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{source} cannot be used:\n{lines}")


class InputError(AutoscalerError):
    """An argument or a file cannot be used; the message says which, where, and the mend."""


class TraceError(InputError):
    """A trace cannot be used."""


class ObservationError(AutoscalerError):
    """A part of the world could not be read.  The message says what, why, and the mend."""

    #: The outside system, as in the metrics' tag ``stage``.
    stage = "observe"


class NomadUnavailable(ObservationError):
    """Nomad did not answer, or answered that it cannot serve."""

    stage = "nomad"


class NomadDenied(ObservationError):
    """Nomad refused the token."""

    stage = "nomad"


class JobMissing(ObservationError):
    """Nomad has no such parameterized job."""

    stage = "nomad"


class GroupUnavailable(ObservationError):
    """AWS did not answer, or answered that it cannot serve."""

    stage = "aws"


class GroupDenied(ObservationError):
    """AWS refused the credentials, or they lack a right."""

    stage = "aws"


class GroupMissing(ObservationError):
    """AWS has no such Auto Scaling group."""

    stage = "aws"


class MalformedReply(ObservationError):
    """An answer came, but not in the form that its API documents."""

    def __init__(self, message: str, *, stage: str) -> None:
        super().__init__(message)
        self.stage = stage


class ActionError(AutoscalerError):
    """An action was refused or its outcome is not known; ``retryable`` if time may mend it."""

    def __init__(self, message: str, *, stage: str, retryable: bool) -> None:
        super().__init__(message)
        self.stage = stage
        self.retryable = retryable
