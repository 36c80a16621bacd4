"""What ``transcoder probe`` tells is read as a person sees the video."""

from typing import Any

import pytest

from devstack.demo.media import Media, read_media
from devstack.errors import DevstackError


def told(*, aspect: str = "1", rotation: int = 0, audio: int = 1, **more: Any) -> dict[str, Any]:
    stream = {
        "codec": "h264",
        "width": 720,
        "height": 576,
        "sample_aspect": aspect,
        "rotation": rotation,
        "attached_picture": False,
    }
    return {
        "duration_seconds": 6.04,
        "video": [stream | more],
        "audio": [{"codec": "aac"}] * audio,
    }


@pytest.mark.parametrize(
    ("aspect", "rotation", "size"),
    [
        ("1", 0, (720, 576)),
        ("64/45", 0, (1024, 576)),
        ("64/45", 270, (576, 1024)),
        ("1/2", 0, (720, 1152)),
        ("1", 90, (576, 720)),
        ("1", 180, (720, 576)),
    ],
)
def test_the_picture_is_stretched_and_turned(
    aspect: str, rotation: int, size: tuple[int, int]
) -> None:
    media = read_media(told(aspect=aspect, rotation=rotation))

    assert (media.width, media.height) == size


def test_length_and_sound_are_told() -> None:
    assert read_media(told(audio=0)) == Media(720, 576, 6.04, "h264", sound=False)


def test_a_cover_picture_is_no_video() -> None:
    with pytest.raises(DevstackError, match="no moving picture"):
        read_media(told(attached_picture=True))
