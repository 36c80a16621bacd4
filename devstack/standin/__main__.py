"""
The stand-in's process: ``python -m devstack.standin DIRECTORY``.

Prints one line of JSON with its address once it serves, and serves until its standard input ends:
whoever started it holds the other end, so it goes when they do.  May import ``devstack.standin``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from devstack.standin.server import Server


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m devstack.standin")
    parser.add_argument("directory", type=Path, help="where tasks work and log")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--heartbeat-grace", type=float, default=1.0, help="seconds")
    options = parser.parse_args()
    # An interrupt at the terminal goes to the whole group; the owner decides when we end.  Not
    # SIG_IGN: the tasks would inherit it, and SIGINT is what stops those that ask for no other.
    signal.signal(signal.SIGINT, lambda *_: None)
    host = dict(os.environ)
    server = Server(
        options.directory,
        host,
        port=options.port,
        acl_token=host.pop("STANDIN_ACL_TOKEN", None),
        heartbeat_grace=options.heartbeat_grace,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.start()
    try:
        print(json.dumps({"address": f"http://127.0.0.1:{server.port}"}), flush=True)
        while os.read(0, 4096):
            pass
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
