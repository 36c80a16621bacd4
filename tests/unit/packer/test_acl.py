"""packer/provision/acl.py: what it asks of Nomad, and what it leaves alone."""

import stat
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.packer.machine_files import PROVISION, as_module


@pytest.fixture(scope="module")
def acl() -> ModuleType:
    return as_module(PROVISION / "acl.py")


class FakeNomad:
    """Tokens and policies of a cluster, and what was changed in it."""

    def __init__(self, refused: type[Exception]) -> None:
        self.refused = refused
        self.tokens: list[str] = []
        self.policies: dict[str, str] = {}
        self.changes: list[str] = []

    def knows(self, token: str) -> bool:
        return token in self.tokens

    def call(self, method: str, path: str, token: str = "", body: Any = None) -> Any:
        if path == "/v1/acl/bootstrap":
            if self.tokens:
                raise self.refused("400 ACL bootstrap already done")
            return self._new_token(path)
        if token not in self.tokens:
            raise self.refused("403 Permission denied")
        if path == "/v1/acl/token":
            return self._new_token(f"{path} {body['Type']} {body['Policies']}")
        if method == "GET":
            name = path.rpartition("/")[2]
            all_ = [{"Name": one} for one in self.policies]
            return all_ if name == "policies" else {"Rules": self.policies[name]}
        self.changes.append(path)
        self.policies[body["Name"]] = body["Rules"]
        return None

    def _new_token(self, change: str) -> dict[str, str]:
        self.changes.append(change)
        self.tokens.append(f"token-{len(self.tokens)}")
        return {"SecretID": self.tokens[-1]}


@pytest.fixture
def nomad(acl: ModuleType) -> FakeNomad:
    return FakeNomad(acl.Refused)


def test_a_new_clusters_first_token_is_made_once_and_for_root_alone(
    acl: ModuleType, nomad: FakeNomad, tmp_path: Path
) -> None:
    file = tmp_path / "token"

    acl.bootstrap(nomad, file)
    acl.bootstrap(nomad, file)

    assert nomad.changes == ["/v1/acl/bootstrap"]
    assert file.read_text() == "token-0\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_another_clusters_token_in_the_file_gives_way_to_this_ones(
    acl: ModuleType, nomad: FakeNomad, tmp_path: Path
) -> None:
    """A server that was made anew finds the old one's token in the Parameter Store."""
    file = tmp_path / "token"
    file.write_text("of-the-server-before\n")

    acl.bootstrap(nomad, file)

    assert file.read_text() == "token-0\n"


def test_a_cluster_whose_first_token_is_lost_is_told_with_the_mend(
    acl: ModuleType, nomad: FakeNomad, tmp_path: Path
) -> None:
    nomad.tokens = ["somebody-has-it"]

    with pytest.raises(acl.Refused, match=r"first token already: write it.* to .*/token"):
        acl.bootstrap(nomad, tmp_path / "token")


def test_only_policies_that_differ_are_written(
    acl: ModuleType, nomad: FakeNomad, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    acl.bootstrap(nomad, token)
    (tmp_path / "one.policy.hcl").write_text('node { policy = "read" }')
    (tmp_path / "two.policy.hcl").write_text('agent { policy = "read" }')
    acl.policies(nomad, token, tmp_path)
    nomad.changes.clear()
    (tmp_path / "two.policy.hcl").write_text('agent { policy = "write" }')

    acl.policies(nomad, token, tmp_path)

    assert nomad.changes == ["/v1/acl/policy/two"]
    assert nomad.policies["two"] == 'agent { policy = "write" }'


def test_a_token_has_the_policies_that_are_named_and_is_made_once(
    acl: ModuleType, nomad: FakeNomad, tmp_path: Path
) -> None:
    token, file = tmp_path / "token", tmp_path / "people"
    acl.bootstrap(nomad, token)
    nomad.changes.clear()

    acl.token_for(nomad, token, "operator,dispatcher", file)
    acl.token_for(nomad, token, "operator,dispatcher", file)

    assert nomad.changes == ["/v1/acl/token client ['operator', 'dispatcher']"]
    assert file.read_text() == "token-1\n"


@pytest.mark.parametrize("arguments", [[], ["bootstrap"], ["token", "a", "b"], ["forget", "a"]])
def test_wrong_arguments_are_refused(acl: ModuleType, arguments: list[str]) -> None:
    assert acl.main(arguments) == 64
