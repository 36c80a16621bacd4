"""
Fetch what an instance installs itself from: the objects that a manifest in the bucket names.

    fetch.py BUCKET PREFIX REGION DIRECTORY

The manifest gives each file's SHA-256.  Files that do not agree with it are being replaced at this
moment, so both are read again, for two minutes.  Runs on a Python that has boto3; exit code 1
says what did not agree.
"""

import hashlib
import json
import sys
import time
from pathlib import Path, PurePosixPath
from typing import Any

ATTEMPTS = 12
PAUSE_SECONDS = 10.0


def fetched(s3: Any, bucket: str, prefix: str) -> tuple[dict[str, bytes], list[str]]:
    """Every file by name, and the names of those that are not what the manifest says."""
    manifest = json.loads(read(s3, bucket, f"{prefix}manifest.json"))
    files = {name: read(s3, bucket, prefix + name) for name in manifest}
    wrong = [
        name for name, data in files.items() if hashlib.sha256(data).hexdigest() != manifest[name]
    ]
    return files, wrong


def read(s3: Any, bucket: str, key: str) -> bytes:
    """One object, whole."""
    data: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return data


def write(files: dict[str, bytes], directory: Path) -> None:
    """Put the files in place; scripts can be run.  What is not among them any more goes."""
    for name, data in files.items():
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts:
            raise SystemExit(f"fetch: the manifest names {name!r}, which leaves {directory}")
        path = directory / parts
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o755 if data.startswith(b"#!") else 0o644)
    for path in directory.rglob("*"):
        if path.is_file() and path.relative_to(directory).as_posix() not in files:
            path.unlink()


def fetch(s3: Any, bucket: str, prefix: str, directory: Path, pause: float = PAUSE_SECONDS) -> None:
    """Until all agree; ends the program where they do not within the attempts."""
    wrong: list[str] = []
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(pause)
        files, wrong = fetched(s3, bucket, prefix)
        if not wrong:
            write(files, directory)
            print(f"fetch: {len(files)} files from s3://{bucket}/{prefix}")
            return
    raise SystemExit(f"fetch: not what the manifest says: {', '.join(sorted(wrong))}")


def main() -> None:
    """As a program."""
    import boto3
    from botocore.config import Config

    bucket, prefix, region, directory = sys.argv[1:]
    patient = Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 5})
    s3 = boto3.client("s3", region_name=region, config=patient)
    fetch(s3, bucket, prefix, Path(directory))


if __name__ == "__main__":
    main()
