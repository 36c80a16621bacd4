"""SHA-256 as S3 tells it."""

import base64
import hashlib

from hypothesis import given
from hypothesis import strategies as st

from transcoder.adapters.s3_sums import RunningSum, as_told, of_parts


@given(data=st.binary(max_size=200), cut=st.integers(1, 50), part_bytes=st.integers(1, 60))
def test_the_sum_of_parts_does_not_depend_on_how_the_bytes_come(
    data: bytes, cut: int, part_bytes: int
) -> None:
    running = RunningSum(part_bytes)
    for start in range(0, len(data), cut):
        running.update(data[start : start + cut])
    parts = [data[start : start + part_bytes] for start in range(0, len(data), part_bytes)]
    assert running.told() == of_parts([hashlib.sha256(part).digest() for part in parts])


def test_the_sum_of_a_whole_is_its_digest() -> None:
    running = RunningSum(None)
    for data in (b"a", b"", b"bc"):
        running.update(data)
    assert running.told() == as_told(hashlib.sha256(b"abc").digest())
    assert base64.b64decode(running.told()) == hashlib.sha256(b"abc").digest()
