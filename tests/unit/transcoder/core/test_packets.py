"""Lists of packets, as ffmpeg prints them."""

from transcoder.core.packets import last_end

LISTED = """\
#software: Lavf59.27.100
#tb 0: 1/1000
#media_type 0: subtitle
#codec_id 0: subrip
#tb 1: 1/90000
0,        500,        500,      500,        2, 0x00d400d2
0,       9000,       9000,     3000,        4, 0x042d01b4
1,     900000,     900000,    90000,        4, 0x042d01b4
"""


def test_the_last_packet_ends_with_its_duration_in_its_streams_time_base() -> None:
    assert last_end(LISTED.splitlines()) == 12.0


def test_an_empty_list_has_no_end() -> None:
    assert last_end([]) is None
    assert last_end(["#tb 0: 1/1000"]) is None
