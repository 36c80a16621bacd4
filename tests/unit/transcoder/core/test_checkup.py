"""What a look at a machine tells, and what of it must be mended."""

from dataclasses import replace

import pytest

from tests.unit.transcoder.builders import LARGE, POSTER, SMALL
from tests.unit.transcoder.core.test_capabilities import ALL
from transcoder.core.checkup import (
    Finding,
    Grade,
    is_well,
    of_capabilities,
    of_room,
    of_version,
)


def test_a_line_tells_what_where_and_the_mend() -> None:
    finding = Finding(Grade.FAIL, "bucket", "vids is not there", "make it")
    assert finding.line == "FAIL  bucket          vids is not there; make it"
    assert Finding(Grade.OK, "HDR", "works").line == "ok    HDR             works"


def test_warnings_need_no_mending() -> None:
    fine = [Finding(Grade.OK, "a", ""), Finding(Grade.WARN, "b", "")]
    assert is_well(fine)
    assert not is_well([*fine, Finding(Grade.FAIL, "c", "")])


@pytest.mark.parametrize(
    ("version", "grade"),
    [
        ("5.1.9-0+deb12u1", Grade.OK),
        ("n9.0.2-17-g2a571b6068", Grade.OK),
        ("10.0", Grade.OK),
        ("5.0.3", Grade.FAIL),
        ("4.4.2-0ubuntu0.22.04.1", Grade.FAIL),
        # Built between releases.
        ("N-113007-g8d24a28d06", Grade.OK),
        ("unknown", Grade.OK),
    ],
)
def test_an_ffmpeg_that_is_too_old_fails(version: str, grade: Grade) -> None:
    assert of_version("/usr/bin/ffmpeg", version).grade is grade


def test_a_profile_that_is_needed_fails_and_others_are_warned_of() -> None:
    less = replace(ALL, encoders=ALL.encoders - {"libx264", "mjpeg"}, filters=ALL.filters)
    findings = of_capabilities((SMALL, LARGE, POSTER), {"small"}, less)
    assert [(one.grade, one.about) for one in findings] == [
        (Grade.FAIL, "profile small"),
        (Grade.WARN, "profile large"),
        (Grade.WARN, "profile poster"),
        (Grade.WARN, "HDR"),
    ]
    assert "encoder libx264" in findings[0].told
    assert "encoder mjpeg" in findings[2].told


def test_all_is_well_with_all_there() -> None:
    whole = replace(ALL, filters=ALL.filters | {"zscale", "tonemap"})
    assert {one.grade for one in of_capabilities((SMALL, POSTER), {"small"}, whole)} == {Grade.OK}


def test_little_room_is_warned_of() -> None:
    assert of_room("/tmp", 5 << 30).grade is Grade.OK
    little = of_room("/tmp", (5 << 30) - 1)
    assert (little.grade, little.told) == (
        Grade.WARN,
        "/tmp can be written to, 5.0 GiB are free",
    )
