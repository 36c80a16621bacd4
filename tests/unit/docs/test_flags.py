"""Every flag of ours that the documentation names is one that the command has."""

import re

import pytest

from tests.docs import pages
from tests.docs.flags import all_flags, wrong_flags

#: Flags of other tools, which stand by themselves in prose.
_OTHERS = frozenset({"--force", "--privileged"})


@pytest.mark.parametrize("page", pages.pages())
def test_flags_in_prose_exist(page: str) -> None:
    alone = [span for span in pages.spans(page) if span.startswith("--")]
    unknown = [
        flag
        for span in alone
        for flag in re.findall(r"--[a-z][a-z0-9-]*", span)
        if flag not in all_flags() | _OTHERS
    ]
    in_commands = [
        wrong
        for span in pages.spans(page)
        if span.startswith(("autoscaler ", "transcoder "))
        for wrong in wrong_flags(span.replace("[", " ").replace("]", " "))
    ]

    assert unknown + in_commands == []


@pytest.mark.parametrize("page", pages.pages())
def test_flags_in_fences_exist(page: str) -> None:
    wrong = [
        f"{fence.place}: {told}"
        for fence in pages.fences(page)
        for line in fence.text.replace("\\\n", " ").splitlines()
        for told in wrong_flags(line.removeprefix("$ "))
    ]

    assert wrong == []


def test_a_flag_that_is_none_is_found_wherever_it_stands() -> None:
    assert wrong_flags("autoscaler check --nothing") == ["autoscaler check has no --nothing"]
    assert wrong_flags("sudo -u autoscaler .venv/bin/autoscaler status --wach") != []
    assert wrong_flags("autoscaler --config F --once | jq --raw") == []
    assert wrong_flags("journalctl -u autoscaler --since -1h") == []
    assert wrong_flags("FOO=1 transcoder run x --profile=small # --comment") == []
