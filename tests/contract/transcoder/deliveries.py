"""Deliveries of results, and stores to deliver them to."""

from pathlib import Path

from tests.contract.transcoder.conftest import BUCKET, S3
from transcoder.adapters.s3 import make_client
from transcoder.adapters.s3_store import S3Store
from transcoder.core.naming import S3Place
from transcoder.ports import Delivery, Item, Label

MIB = 1 << 20
#: S3's smallest, so that tests need few bytes.
PART_BYTES = 5 * MIB
NAME = "out.mp4"
KEY = f"videos/{NAME}"


def a_label(settings: str = "cafe") -> Label:
    return Label("0" * 32, "small", settings, 854, 480, 4.0)


def a_file(path: Path, size: int = 4096, fill: bytes = bytes(range(256))) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((fill * (size // len(fill) + 1))[:size])
    return path


def a_delivery(path: Path, settings: str = "cafe", parts: tuple[Item, ...] = ()) -> Delivery:
    return Delivery(Item(NAME, path, "video/mp4"), a_label(settings), parts)


def a_store() -> S3Store:
    """A store on its own client, by the environment of the moment."""
    client = make_client()
    return S3Store(lambda: client, S3Place(BUCKET, "videos/"), part_bytes=PART_BYTES)


def delivered(store: S3Store, delivery: Delivery) -> bool:
    with store.upload(delivery) as upload:
        return upload.finish()


def content(s3: S3, key: str = KEY) -> bytes:
    data: bytes = s3.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return data


def settings_of(s3: S3, key: str = KEY) -> str:
    return str(s3.client.head_object(Bucket=BUCKET, Key=key)["Metadata"]["settings"])


def unfinished(s3: S3) -> int:
    """How many multipart uploads are neither complete nor aborted."""
    return len(s3.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))
