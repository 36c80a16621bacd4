"""What a branch of the filter graph says of the frames that pass."""

import pytest

from transcoder.core.pulse import beat_seconds


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("frame:0    pts:0       pts_time:0", 0.0),
        ("frame:123  pts:123     pts_time:61.5", 61.5),
        ("frame:1    pts:NOPTS   pts_time:NOPTS", None),
        ("beat=1", None),
        ("frame=20", None),
        ("out_time_us=4000000", None),
    ],
)
def test_a_beat_tells_how_far_the_frames_are(line: str, seconds: float | None) -> None:
    assert beat_seconds(line) == seconds
