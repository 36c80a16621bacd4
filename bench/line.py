"""
How much of a slow line's time is hidden behind the encode: part of ``python -m bench.transcode``.

The input lies in a bucket that is read by plain http, and results go to that bucket, both over one
line (``bench.throttle``).  May import ``bench`` and the local AWS.
"""

import hashlib
import logging
import os
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import urllib3
from moto.server import ThreadedMotoServer

from bench.figure import Figure
from bench.spent import transcoder
from bench.throttle import SlowLine
from bench.workshop import Workshop

_BUCKET = "bench"
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "TRANSCODER_ALLOW_PRIVATE": "1",
}


@dataclass(frozen=True, slots=True)
class _Cloud:
    """A bucket behind a line."""

    line: str
    client: Any

    @property
    def url(self) -> str:
        """Of the input, by plain http."""
        return f"{self.line}/{_BUCKET}/input.mp4"

    @property
    def environment(self) -> Mapping[str, str]:
        return {**_CREDENTIALS, "AWS_ENDPOINT_URL_S3": self.line}


@contextmanager
def _cloud(clip: Path, bytes_per_second: float) -> Iterator[_Cloud]:
    # Its log of requests would bury the figures.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        direct = boto3.client(
            "s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", **keys
        )
        direct.create_bucket(Bucket=_BUCKET, ACL="public-read")
        direct.upload_file(str(clip), _BUCKET, "input.mp4", ExtraArgs={"ACL": "public-read"})
        with SlowLine((host, port), bytes_per_second) as line:
            slow = boto3.client("s3", endpoint_url=line.address, region_name="us-east-1", **keys)
            yield _Cloud(line.address, slow)
    finally:
        server.stop()


def over_a_slow_line(bench: Workshop) -> Iterator[Figure]:
    """Figures of downloads beside encodes."""
    encode = bench.run(bench.hd, "small").wall
    size = bench.hd.stat().st_size
    # Where both take equally long, nothing hides that the two are not side by side.
    with _cloud(bench.hd, size / encode) as cloud:
        ratios = []
        for _ in range(bench.rounds):
            download = _timed_download(cloud.url, bench.fresh() / "input")
            encode = bench.run(bench.hd, "small").wall
            both = bench.run(cloud.url, "small", "--allow-private").wall
            ratios.append(both / max(download, encode))
    yield Figure(
        "http as slow as the encode, over the longer of both", statistics.median(ratios), "x", 1.1
    )
    with _cloud(bench.hd, 2e6) as cloud:
        script = _as_the_script_does(bench, cloud)
        arguments = ["run", cloud.url, "--output", f"s3://{_BUCKET}/videos"]
        ours = transcoder(arguments, bench.directory, cloud.environment).wall
        again = transcoder(arguments, bench.directory, cloud.environment).wall
    yield Figure("2 MB/s: both profiles, over download-md5-encode-upload", ours / script, "x", 0.5)
    yield Figure("2 MB/s: a repeated run", again, "s", 0.5)


def _timed_download(url: str, path: Path) -> float:
    """Seconds to bring a URL here."""
    began_at = time.monotonic()
    reply = urllib3.request("GET", url, preload_content=False, timeout=600)
    with path.open("wb") as file:
        for chunk in reply.stream(1 << 20):
            file.write(chunk)
    reply.release_conn()
    return time.monotonic() - began_at


def _as_the_script_does(bench: Workshop, cloud: _Cloud) -> float:
    """Seconds of the 2017 script's order of steps, one profile after the other."""
    began_at = time.monotonic()
    for profile in ("small", "large"):
        path = bench.fresh() / "input"
        _timed_download(cloud.url, path)
        with path.open("rb") as file:
            md5 = hashlib.file_digest(file, "md5").hexdigest()
        bench.plain(path, profile)
        made = max(bench.directory.glob(f"run-*/{profile}/*.mp4"), key=os.path.getmtime)
        cloud.client.upload_file(str(made), _BUCKET, f"script/out-{md5}-{profile}.mp4")
    return time.monotonic() - began_at
