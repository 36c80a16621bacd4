"""Branches of filters become one graph that does nothing twice."""

import re

from hypothesis import given
from hypothesis import strategies as st

from transcoder.core.graph import Branch, joined


def test_one_branch_is_one_chain() -> None:
    assert joined("0:0", [Branch("v", ("a", "b"))]) == "[0:0]a,b[v]"


def test_a_branch_without_filters_passes_on() -> None:
    assert joined("0:0", [Branch("v", ())]) == "[0:0]null[v]"


def test_what_is_shared_comes_before_the_split() -> None:
    branches = [Branch("x", ("a", "b", "c")), Branch("y", ("a", "b", "d")), Branch("z", ("a",))]
    assert joined("0:1", branches) == (
        "[0:1]a,split=2[s0_0][s0_1];[s0_0]b,split=2[s1_0][s1_1];[s1_0]c[x];[s1_1]d[y];[s0_1]null[z]"
    )


def test_equal_branches_part_at_their_end() -> None:
    branches = [Branch("x", ("a",)), Branch("y", ("a",))]
    assert joined("0:0", branches) == "[0:0]a,split=2[s0_0][s0_1];[s0_0]null[x];[s0_1]null[y]"


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), min_size=1, max_size=6))
def test_every_branch_gets_its_own_filters_in_order(chains: list[list[str]]) -> None:
    """Following a result's label back to the input gives its branch again."""
    branches = [Branch(f"v{number}", tuple(chain)) for number, chain in enumerate(chains)]
    sources: dict[str, tuple[str, list[str]]] = {}
    for chain in joined("0:0", branches).split(";"):
        labels = re.findall(r"\[([^]]+)\]", chain)
        steps = [step for step in re.sub(r"\[[^]]+\]", "", chain).split(",") if len(step) == 1]
        for label in labels[1:]:
            assert label not in sources, "no label is made twice"
            sources[label] = (labels[0], steps)
    for branch in branches:
        label, found = branch.label, list[str]()
        while label != "0:0":
            label, steps = sources[label]
            found = steps + found
        assert tuple(found) == branch.filters
