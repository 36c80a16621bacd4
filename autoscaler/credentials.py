"""
Where secrets come from: files that the configuration names, systemd's credentials, the environment.

A file that is named without its directory is one of the credentials that systemd hands to the
service (``LoadCredential=``), or else lies beside the configuration.
Imports errors and the standard library only.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from autoscaler.errors import ConfigError

#: Where systemd puts a service's credentials.
_DIRECTORY = "CREDENTIALS_DIRECTORY"
#: The one that no key of the configuration names: Datadog's own tools know but the environment.
_DATADOG_API_KEY = "datadog-api-key"

#: Variables of which a value that is logged would be a leak.
_SECRET_VARIABLES = (
    "NOMAD_TOKEN",
    "DD_API_KEY",
    "DD_APP_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)


def secret_path(name: str, environment: Mapping[str, str], beside: Path) -> str:
    """
    Where a secret's file is that is named in a configuration in the directory ``beside``.

    An absolute path is itself; any other a credential of that name, else a file there.
    """
    directory = environment.get(_DIRECTORY)
    if directory and not Path(name).is_absolute():
        credential = Path(directory, name)
        with suppress(OSError):
            if credential.is_file():
                return str(credential)
    return str((beside / name).absolute())


def read_secret(path: str | Path, key: str) -> str:
    """
    A secret from its file, which holds it in one line.

    Raises ``ConfigError`` that names the configuration's ``key``, the file and the mend; never
    what the file holds.
    """
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except PermissionError as error:
        mend = (
            "let its user read it; under systemd leave the directory out: LoadCredential= "
            "hands it over"
        )
        raise _unusable(f"{key}: {path}: {error.strerror}; {mend}") from error
    except OSError as error:
        raise _unusable(f"{key}: {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        # Not chained: the error holds the bytes.
        raise _unusable(f"{key}: {path}: is no text") from None
    if not text:
        raise _unusable(f"{key}: {path}: is empty; put the secret there and start anew")
    if not text.isprintable() or " " in text:
        raise _unusable(f"{key}: {path}: should hold one line without spaces, the secret")
    return text


def datadog_api_key(environment: Mapping[str, str]) -> str | None:
    """``DD_API_KEY``, else the credential ``datadog-api-key``; None where neither is there."""
    given = environment.get("DD_API_KEY", "").strip()
    if given:
        return given
    directory = environment.get(_DIRECTORY)
    if not directory:
        return None
    with suppress(ConfigError):
        # One that was not given is there and empty: that is how the unit makes it optional.
        return read_secret(Path(directory, _DATADOG_API_KEY), _DATADOG_API_KEY)
    return None


def known_secrets(environment: Mapping[str, str], files: Iterable[str | None]) -> frozenset[str]:
    """All that must not be logged: what these files and the environment hold, where they do."""
    found = {environment.get(name, "").strip() for name in _SECRET_VARIABLES}
    found.add(datadog_api_key(environment) or "")
    for file in files:
        if file is not None:
            with suppress(ConfigError):
                found.add(read_secret(file, "file"))
    return frozenset(found - {""})


def _unusable(problem: str) -> ConfigError:
    return ConfigError("a secret", (problem,))
