"""The profiles that come with the package.  Imports ``core.profile`` and yaml."""

from importlib.resources import files

import yaml

from transcoder.core.profile import Profile, read_profiles


def load_profiles() -> dict[str, Profile]:
    """All profiles by name, in the file's order; raises ProfileError with every problem."""
    text = (files("transcoder") / "profiles.yaml").read_text(encoding="utf-8")
    return read_profiles(yaml.safe_load(text))
