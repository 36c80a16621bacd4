"""Amounts of resources, and what one ask takes of them."""

import pytest

from autoscaler.core.resources import Ask, Resources, names_device


@pytest.mark.parametrize(
    ("have", "ask", "count"),
    [
        (Resources(2000, 2000, 2000), Ask(1000, 900, 100), 2),
        (Resources(2000, 899, 2000), Ask(1000, 900, 100), 0),
        (Resources(2000, 2000, 150), Ask(1000, 900, 100), 1),
        (Resources(-5, 2000, 150), Ask(1000, 900, 100), 0),
        (Resources(2000, 2000, 0), Ask(1000, 900, 0), 2),
        (Resources(2000, 2000, 0), Ask(), 0),
        (Resources(8000, 2000, 0, cores=4), Ask(0, 10, 0, cores=3), 1),
        (Resources(5000, 2000, 0, cores=4), Ask(0, 10, 0, cores=3), 0),
        (Resources(8000, 2000, 0), Ask(0, 10, 0, cores=1), 0),
        (
            Resources(1, 100, 0, devices=(("nvidia/gpu/a", 4),)),
            Ask(0, 10, devices=(("gpu", 2),)),
            2,
        ),
        (
            Resources(1, 100, 0, devices=(("nvidia/gpu/a", 1),)),
            Ask(0, 10, devices=(("gpu", 2),)),
            0,
        ),
        (Resources(1, 100, 0), Ask(0, 10, devices=(("gpu", 1),)), 0),
    ],
)
def test_the_scarcest_dimension_bounds_what_fits(have, ask, count):
    assert have.room_for(ask, mhz_per_core=2000) == count


def test_one_request_is_never_served_by_devices_of_two_models():
    """Nomad takes a request's devices from one group; two halves of two are not four."""
    have = Resources(1, 100, 0, devices=(("nvidia/gpu/a", 1), ("nvidia/gpu/b", 3)))

    assert have.room_for(Ask(0, 10, devices=(("nvidia/gpu", 2),)), 0) == 1


def test_what_is_placed_leaves_less_of_every_dimension():
    have = Resources(8000, 2000, 500, 4, (("nvidia/gpu/a", 1), ("nvidia/gpu/b", 3)))
    ask = Ask(0, 300, 100, 1, (("gpu", 1),))

    assert have.less(ask, 2, mhz_per_core=2000) == Resources(
        4000, 1400, 300, 2, (("nvidia/gpu/a", 0), ("nvidia/gpu/b", 2))
    )


def test_amounts_add_up_and_subtract_by_device():
    one = Resources(1, 2, 3, 4, (("nvidia/gpu/a", 1),))
    two = Resources(1, 1, 1, 1, (("nvidia/gpu/a", 1), ("amd/gpu/b", 2)))

    assert one + two == Resources(2, 3, 4, 5, (("amd/gpu/b", 2), ("nvidia/gpu/a", 2)))
    assert (one + two) - two == Resources(1, 2, 3, 4, (("amd/gpu/b", 0), ("nvidia/gpu/a", 1)))
    assert one.at_most(two) == Resources(1, 1, 1, 1, (("nvidia/gpu/a", 1),))


def test_what_exceeds_is_named_with_its_numbers():
    over = Resources(1000, 500, 100).excess(Ask(1500, 500, 200, 2, (("gpu", 1),)), 0)

    assert tuple(one.text for one in over) == (
        "cpu 1500 MHz of 1000 MHz",
        "disk 200 MiB of 100 MiB",
        "cores 2 cores of 0 cores",
        "1 devices gpu of 0",
    )


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("gpu", True),
        ("nvidia/gpu", True),
        ("nvidia/gpu/1080ti", True),
        ("amd/gpu", False),
        ("nvidia", False),
        ("nvidia/gpu/2080ti", False),
    ],
)
def test_a_job_names_devices_by_type_vendor_and_model(pattern, named):
    assert names_device(pattern, "nvidia/gpu/1080ti") is named


def test_an_ask_of_nothing_has_no_number_of_times_that_it_fits():
    assert Resources(1000, 1000, 1000).room_for(Ask(), 0) == 0


def test_no_room_is_left_where_one_dimension_is_overdrawn():
    assert Resources(-5, 1000, 1000).room_for(Ask(10, 10), 0) == 0
    assert Resources(1000, 1000, 5).room_for(Ask(10, 10, 10), 0) == 0
