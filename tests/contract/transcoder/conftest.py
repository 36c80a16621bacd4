"""Real ffmpegs, made clips, S3 by moto on loopback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import imageio_ffmpeg
import pytest
from moto.server import ThreadedMotoServer

from tests.contract.transcoder.clips import Studio
from tests.contract.transcoder.s3_proxy import Proxy, proxying
from transcoder.adapters.ffmpeg import Ffmpeg
from transcoder.adapters.ffmpeg_find import Tools

WHEEL = str(imageio_ffmpeg.get_ffmpeg_exe())
BUCKET = "vids"


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(WHEEL, tmp_path_factory.mktemp("clips"))


@pytest.fixture(scope="session")
def plain(studio: Studio) -> Path:
    """An ordinary clip of two seconds with sound."""
    from tests.contract.transcoder.clips import AAC, X, a, v

    return studio.make("ordinary.mp4", f"{v('320x180')} {a()} {X} {AAC} -movflags +faststart")


def _tools() -> dict[str, Tools]:
    """The wheel's ffmpeg, without ffprobe; and the system's with its own, where there is one."""
    ffmpeg, ffprobe = shutil.which("ffmpeg"), shutil.which("ffprobe")
    known = {"wheel": Tools(WHEEL, None)}
    return known | ({"system": Tools(ffmpeg, ffprobe)} if ffmpeg and ffprobe else {})


TOOLS = _tools()


@pytest.fixture(scope="session", params=list(TOOLS))
def ffmpeg(request: pytest.FixtureRequest) -> Ffmpeg:
    return Ffmpeg(TOOLS[request.param], threads=1, hold=nullcontext, stall_seconds=60)


@dataclass(frozen=True, slots=True)
class S3:
    """A bucket on loopback: its client, and the environment that leads a process to it."""

    client: Any
    url: str
    environment: Mapping[str, str]

    def keys(self) -> list[str]:
        reply = self.client.list_objects_v2(Bucket=BUCKET)
        return [item["Key"] for item in reply.get("Contents", [])]


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_S3": moto_url,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=moto_url)
    client.create_bucket(Bucket=BUCKET)
    yield S3(client, moto_url, environment)
    reply = client.list_objects_v2(Bucket=BUCKET)
    for item in reply.get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=item["Key"])
    client.delete_bucket(Bucket=BUCKET)
    client.close()


@pytest.fixture
def proxy(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The way to the bucket from here on, which fails as it is told to."""
    with proxying(s3.url) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
        yield server


Transcoder = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def transcoder(tmp_path: Path) -> Transcoder:
    """Run the command line as a process, with no more of the environment than it is given."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        plain = {"PATH": os.defpath, "TRANSCODER_FFMPEG": WHEEL, "TMPDIR": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-m", "transcoder", *arguments],
            env={**plain, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
