"""What is found out about a configuration before the old one is let go."""

from pathlib import Path

import pytest

from autoscaler.app.service import usable
from autoscaler.errors import ConfigError


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The example with the API in place of an agent, and a machine that has no key for it."""
    monkeypatch.delenv("DD_API_KEY", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    example = Path("config.example.yaml").read_text(encoding="utf-8")
    path = tmp_path / "config.yaml"
    path.write_text(example.replace("api: false", "api: true "), encoding="utf-8")
    return path


def test_one_without_the_key_that_it_wants_is_refused(config):
    with pytest.raises(ConfigError, match="DD_API_KEY"):
        usable(config, dry_run=False)


def test_a_dry_run_sends_nothing_and_wants_no_key(config):
    assert usable(config, dry_run=True).datadog.api


def test_with_the_key_it_is_taken(config, monkeypatch):
    monkeypatch.setenv("DD_API_KEY", "0123456789abcdef")

    assert usable(config, dry_run=False).datadog.api
