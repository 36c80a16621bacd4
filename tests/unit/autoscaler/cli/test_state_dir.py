"""Where a daemon's state is: by the argument, else the configuration, else systemd."""

from argparse import Namespace
from pathlib import Path

import pytest

from autoscaler.cli.state_dir import config_of, state_dir_of
from autoscaler.config import AwsSettings, Config
from autoscaler.errors import ConfigError, InputError
from tests.builders import some_settings

FILE = Path("autoscaler.yaml")


@pytest.fixture(autouse=True)
def by_systemd(monkeypatch):
    """Systemd names two directories, of which the first is the unit's."""
    monkeypatch.setenv("STATE_DIRECTORY", "/by/systemd:/elsewhere")


def a_config(state_dir):
    """A configuration that has the state there."""
    return Config(
        aws=AwsSettings(region="eu-west-1"), state_dir=state_dir, pools=(some_settings(),)
    )


def test_the_argument_comes_before_the_configuration():
    arguments = Namespace(config=FILE, state_dir=Path("/by/argument"))

    assert state_dir_of(arguments, a_config("/by/configuration")) == Path("/by/argument")


def test_the_configuration_comes_before_systemd():
    arguments = Namespace(config=FILE, state_dir=None)

    assert state_dir_of(arguments, a_config("/by/configuration")) == Path("/by/configuration")


def test_a_configuration_that_has_none_is_told_with_the_mend():
    with pytest.raises(ConfigError, match=r"autoscaler\.yaml cannot be used") as error:
        state_dir_of(Namespace(config=FILE, state_dir=None), a_config(None))

    (problem,) = error.value.problems
    assert problem.startswith("state_dir: is not set")
    assert problem.endswith("--state-dir")


def test_without_a_word_systemds_first_is_taken_and_without_that_the_arguments_are_named(
    monkeypatch,
):
    arguments = Namespace(config=None, state_dir=None)

    assert config_of(arguments) is None
    assert state_dir_of(arguments, None) == Path("/by/systemd")
    monkeypatch.delenv("STATE_DIRECTORY")
    with pytest.raises(InputError, match="--config FILE or --state-dir DIR"):
        state_dir_of(arguments, None)
