"""
Give a new Nomad cluster its rights: the first token, the policies, and the daemon's own token.

    acl.py bootstrap TOKEN_FILE            where the file's token is no good: make the first one
    acl.py policies TOKEN_FILE DIRECTORY   each NAME.policy.hcl becomes the policy NAME
    acl.py token TOKEN_FILE NAMES FILE     where FILE's token is no good: one with these policies

NAMES are one or several, with commas between.  Run again, each leaves what is right as it is.
Files of tokens are made for root alone; tokens are never arguments.  NOMAD_ADDR and NOMAD_CACERT
say where the server is.  Exit codes: 0 done; 64 wrong arguments; 69 Nomad cannot be asked; 77 Nomad
says no.  May import the standard library only.
"""

import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

_USAGE = (
    "usage: acl.py bootstrap TOKEN_FILE | policies TOKEN_FILE DIRECTORY"
    " | token TOKEN_FILE NAMES FILE"
)
#: A server that has just started elects a leader first.
_PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 2.0


class Refused(Exception):
    """Nomad answered, and the answer is no."""


class Unreachable(Exception):
    """Nomad did not answer, or has no leader."""


class Nomad:
    """The few calls that are needed here."""

    def __init__(self, address: str, ca_cert: str | None) -> None:
        self._address = address.rstrip("/")
        self._context = ssl.create_default_context(cafile=ca_cert)

    def call(self, method: str, path: str, token: str = "", body: Any = None) -> Any:
        """What Nomad answers, decoded; raises Refused (4xx) and Unreachable (all else)."""
        request = urllib.request.Request(  # noqa: S310  (the operator's own address)
            self._address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Nomad-Token": token} if token else {},
        )
        try:
            with urllib.request.urlopen(request, timeout=10, context=self._context) as reply:  # noqa: S310  (as above)
                return json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            said = error.read(500).decode(errors="replace").strip()
            kind = Refused if error.code < 500 and error.code != 429 else Unreachable
            raise kind(f"{method} {path}: {error.code} {said}") from error
        except (OSError, ValueError) as error:
            raise Unreachable(f"{method} {path} at {self._address}: {error}") from error

    def knows(self, token: str) -> bool:
        """Whether the token is one of this cluster's."""
        if not token:
            return False
        try:
            self.call("GET", "/v1/acl/token/self", token)
        except Refused:
            return False
        return True


def bootstrap(nomad: Nomad, token_file: Path) -> None:
    """Make the cluster's first token and write it to the file, unless what is there is good."""
    if nomad.knows(_read(token_file)):
        return
    try:
        _write(token_file, nomad.call("POST", "/v1/acl/bootstrap")["SecretID"])
    except Refused as error:
        raise Refused(
            f"{error}; the cluster has its first token already: write it, or another management"
            f" token, to {token_file}"
        ) from error
    print(f"    {token_file}")


def policies(nomad: Nomad, token_file: Path, directory: Path) -> None:
    """Bring the cluster's policies to what the directory's files say."""
    token = _read(token_file)
    there = {one["Name"] for one in nomad.call("GET", "/v1/acl/policies", token)}
    for file in sorted(directory.glob("*.policy.hcl")):
        name, rules = file.name.removesuffix(".policy.hcl"), file.read_text()
        path = f"/v1/acl/policy/{name}"
        if name in there and nomad.call("GET", path, token)["Rules"] == rules:
            continue
        nomad.call("POST", path, token, {"Name": name, "Rules": rules})
        print(f"    policy {name}")


def token_for(nomad: Nomad, token_file: Path, names: str, file: Path) -> None:
    """Make a client token with the policies ``names`` for ``file``, unless its own is good."""
    if nomad.knows(_read(file)):
        return
    wanted = {"Name": names, "Type": "client", "Policies": names.split(",")}
    _write(file, nomad.call("POST", "/v1/acl/token", _read(token_file), wanted)["SecretID"])
    print(f"    {file}")


def _read(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def _write(file: Path, secret: str) -> None:
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
        out.write(f"{secret}\n")
    new.replace(file)


def _await_leader(nomad: Nomad) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            if nomad.call("GET", "/v1/status/leader"):
                return
            said = "no leader"
        except (Refused, Unreachable) as error:
            said = str(error)
        if time.monotonic() > deadline:
            raise Unreachable(f"after {_PATIENCE_SECONDS:.0f} s: {said}")
        time.sleep(_PAUSE_SECONDS)


_ORDERS: dict[str, tuple[int, Callable[..., None]]] = {
    "bootstrap": (1, lambda nomad, kept: bootstrap(nomad, Path(kept))),
    "policies": (2, lambda nomad, kept, where: policies(nomad, Path(kept), Path(where))),
    "token": (3, lambda nomad, kept, names, file: token_for(nomad, Path(kept), names, Path(file))),
}


def main(arguments: list[str]) -> int:
    """Carry out one order; returns the exit code."""
    order = _ORDERS.get(arguments[0]) if arguments else None
    if order is None or len(arguments) - 1 != order[0]:
        print(_USAGE, file=sys.stderr)
        return 64
    nomad = Nomad(
        os.environ.get("NOMAD_ADDR") or "http://127.0.0.1:4646", os.environ.get("NOMAD_CACERT")
    )
    try:
        _await_leader(nomad)
        order[1](nomad, *arguments[1:])
    except Unreachable as error:
        print(f"acl.py: {error}", file=sys.stderr)
        return 69
    except Refused as error:
        print(f"acl.py: {error}", file=sys.stderr)
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
