"""Built and installed once for all tests of the folder."""

from pathlib import Path

import pytest

from tests.contract.packaging.bare import Bare, bare_environment
from tests.contract.packaging.distributions import Built, build
from tests.contract.packaging.source import ROOT, copy, own_files

#: What lies about in a tree that is worked in, and must stay there.
LEFT_ABOUT = (
    ".env",
    "autoscaler/__pycache__/loop.cpython-311.pyc",
    "docs/.DS_Store",
    "nomad/agent/server-key.pem",
    "packer/.env",
    "samples/one.txt~",
    "tests/unit/__pycache__/conftest.cpython-311.pyc",
    "tf/.terraform/providers/provider",
    "tf/crash.log",
    "tf/production.tfvars",
    "tf/terraform.tfstate",
    "tf/terraform.tfstate.backup",
    "tls/server.key",
)


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files, which nobody edits meanwhile."""
    directory: Path = tmp_path_factory.mktemp("tree")
    copy(ROOT, directory)
    return directory


@pytest.fixture(scope="session")
def files(tree: Path) -> tuple[str, ...]:
    """Their names."""
    return own_files(tree)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, tree: Path) -> Built:
    """Both distributions, of a tree that is worked in."""
    source = tmp_path_factory.mktemp("source")
    copy(tree, source)
    for name in LEFT_ABOUT:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("left about")
    return build(source, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Bare:
    """The wheel and what it asks for, without any extra."""
    directory: Path = tmp_path_factory.mktemp("installed")
    return bare_environment(directory / "env", built.wheel)
