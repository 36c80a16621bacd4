"""
The profiles that come with the package, and a user's file over them.

Imports ``core.profile``, ``core.profile_reading``, ``errors`` and yaml.
"""

from importlib.resources import files
from pathlib import Path

import yaml

from transcoder.core.profile import Profile
from transcoder.core.profile_reading import read_profiles
from transcoder.errors import ProfileError

# A file of a megabyte is none of profiles.
_BYTES_MOST = 1 << 20


def load_profiles(path: Path | None = None) -> dict[str, Profile]:
    """
    All profiles by name: the package's in its order, then a user's own.

    Raises ProfileError with every problem, or with why the user's file cannot be read.
    """
    own = yaml.safe_load((files("transcoder") / "profiles.yaml").read_text(encoding="utf-8"))
    if path is None:
        return read_profiles(own)
    try:
        with path.open("rb") as file:
            over = yaml.safe_load(file.read(_BYTES_MOST))
    except OSError as error:
        raise ProfileError((f"{path}: cannot be read: {error.strerror}",)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProfileError((f"{path}: is no YAML: {' '.join(str(error).split())}",)) from error
    try:
        return read_profiles(own, over)
    except ProfileError as error:
        raise ProfileError(tuple(f"{path}: {problem}" for problem in error.problems)) from error
