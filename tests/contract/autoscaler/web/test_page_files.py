"""The page's files over a real socket: kinds, caching, and nothing that is not one."""

import gzip
from pathlib import Path

from autoscaler.web.files import PAGE
from tests.contract.autoscaler.web.conftest import Web
from tests.web_client import ask

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def test_every_file_of_the_page_is_served_as_what_it_is(web: Web) -> None:
    files = sorted(PAGE.iterdir())
    assert PAGE / "index.html" in files
    for path in files:
        answer = ask(web.address, f"/{path.name}")
        assert (answer.status, answer.body) == (200, path.read_bytes())
        assert answer.headers["content-type"] == KINDS[path.suffix]


def test_the_root_is_the_page(web: Web) -> None:
    assert ask(web.address, "/").body == (PAGE / "index.html").read_bytes()


def test_a_browser_keeps_it_and_asks_whether_it_has_changed(web: Web) -> None:
    first = ask(web.address, "/")
    assert first.headers["cache-control"] == "no-cache"
    etag = first.headers["etag"]
    again = ask(web.address, "/", headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == etag
    changed = ask(web.address, "/", headers={"If-None-Match": '"other"'})
    assert changed.status == 200


def test_it_is_compressed_for_those_who_can_read_it(web: Web) -> None:
    packed = ask(web.address, "/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == (PAGE / "index.html").read_bytes()


def test_nothing_else_can_be_reached(web: Web) -> None:
    module = Path(PAGE).parent / "server.py"
    assert module.exists()
    for path in (
        "/server.py",
        "/../server.py",
        "/..%2fserver.py",
        "/%2e%2e/server.py",
        "/page/index.html",
        "/.index.html",
        "/index.html%00",
        "//index.html",
        "/index.html/",
    ):
        assert ask(web.address, path).status == 404
