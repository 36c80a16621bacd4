"""How inputs are made, and what an ffmpeg must have for that."""

from transcoder.selftest.recipe import AAC, Changed, Made, Written, X, a, encoders, v
from transcoder.selftest.spoil import glued


def test_encoders_are_read_off_the_words() -> None:
    assert encoders(Made("mp4", f"{v('64x64')} {a()} {X} {AAC}")) == {"libx264", "aac"}
    assert encoders(Made("mp4", f"{v('64x64')} -c:v:1 png -codec:s srt")) == {"png", "srt"}


def test_encoders_of_what_an_input_is_made_of_are_needed_too() -> None:
    source = Made("mp4", f"{v('64x64')} {X}")
    copied = Made("mp4", "-i {0} -c copy", (source,))
    assert encoders(Changed((copied, Written(b"text")), glued)) == {"libx264"}
