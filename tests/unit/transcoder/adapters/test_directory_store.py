"""Results in a directory."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.transcoder.builders import a_media, a_video
from transcoder.adapters.directory_store import DirectoryStore
from transcoder.core.encoding import COMMENT
from transcoder.core.media import Media
from transcoder.errors import Reason, TaskError
from transcoder.ports import Delivery, Item, Label, Published

NAME = "out-x-small.vtt"


def probe(path: Path) -> Media:
    """A file's bytes are the settings in its comment, after the box that makes it whole."""
    told = path.read_bytes()[8:].decode()
    if told == "none of ours":
        raise TaskError(Reason.NOT_A_VIDEO, "not a video")
    video = () if told.startswith("sound") else (a_video(width=854, height=480),)
    settings = told.removeprefix("sound ")
    return a_media(comment=COMMENT + settings, video=video, duration_seconds=4.0)


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    store = DirectoryStore(tmp_path / "out", probe)
    store.check()
    return store


def files(store: DirectoryStore) -> list[str]:
    top = Path(store.uri(""))
    return sorted(str(path.relative_to(top)) for path in top.rglob("*"))


def a_source(tmp_path: Path, settings: str = "cafe", filling: str = "") -> Path:
    path = tmp_path / f"source-{settings}-{filling}"
    path.write_text(f"NOTE {COMMENT}{settings}\n{filling}")
    return path


def a_delivery(path: Path, settings: str = "cafe", parts: tuple[Item, ...] = ()) -> Delivery:
    label = Label("0" * 32, "small", settings, None, None, None)
    return Delivery(Item(NAME, path, "text/vtt"), label, parts)


def delivered(store: DirectoryStore, delivery: Delivery) -> bool:
    with store.upload(delivery) as upload:
        return upload.finish()


def a_box(text: str) -> bytes:
    return (8 + len(text)).to_bytes(4) + b"free" + text.encode()


def test_a_result_is_seen_at_the_end_and_nothing_else_is_left(
    store: DirectoryStore, tmp_path: Path
) -> None:
    source = a_source(tmp_path)
    with store.upload(a_delivery(source)) as upload:
        assert not Path(store.uri(NAME)).exists()
        assert all(name.startswith(".upload-") for name in files(store))
        assert upload.finish()
    assert files(store) == [NAME]
    assert Path(store.uri(NAME)).read_text() == source.read_text()
    assert store.find(NAME, "cafe") == Published(source.stat().st_size)


def test_the_parts_of_a_result_lie_in_their_folders(store: DirectoryStore, tmp_path: Path) -> None:
    folder = "out-x-small-cafe"
    parts = tuple(
        Item(f"{folder}/{name}", a_source(tmp_path, "none", name), "video/iso.segment")
        for name in ("0.m4s", "low-1.m4s")
    )
    nested = Item(f"{folder}/v0/2.m4s", a_source(tmp_path, "none", "2"), "video/iso.segment")
    delivery = a_delivery(a_source(tmp_path), parts=(*parts, nested))
    assert delivered(store, delivery)
    assert files(store) == [
        folder,
        f"{folder}/0.m4s",
        f"{folder}/low-1.m4s",
        f"{folder}/v0",
        f"{folder}/v0/2.m4s",
        NAME,
    ]
    found = store.find(NAME, "cafe")
    assert found is not None
    items = (delivery.main, *delivery.parts)
    assert found.bytes == sum(item.path.stat().st_size for item in items)


def test_what_is_not_finished_leaves_nothing(store: DirectoryStore, tmp_path: Path) -> None:
    part = Item("out-x-small-cafe/0.m4s", a_source(tmp_path, "none"), "video/iso.segment")
    with store.upload(a_delivery(a_source(tmp_path), parts=(part,))):
        pass
    assert files(store) == []


def test_the_task_may_remove_its_file_afterwards(store: DirectoryStore, tmp_path: Path) -> None:
    source = a_source(tmp_path)
    text = source.read_text()
    assert delivered(store, a_delivery(source))
    source.unlink()
    assert Path(store.uri(NAME)).read_text() == text


def test_a_file_that_cannot_be_linked_is_copied(store: DirectoryStore, tmp_path: Path) -> None:
    source = tmp_path / "link"
    source.symlink_to(a_source(tmp_path))
    assert delivered(store, a_delivery(source))
    assert not Path(store.uri(NAME)).is_symlink()
    assert Path(store.uri(NAME)).read_text() == source.read_text()


def test_the_same_result_is_not_replaced(store: DirectoryStore, tmp_path: Path) -> None:
    assert delivered(store, a_delivery(a_source(tmp_path, "cafe", "first")))
    assert not delivered(store, a_delivery(a_source(tmp_path, "cafe", "second")))
    assert "first" in Path(store.uri(NAME)).read_text()


def test_a_result_of_other_settings_is_replaced(store: DirectoryStore, tmp_path: Path) -> None:
    assert delivered(store, a_delivery(a_source(tmp_path, "old"), "old"))
    assert delivered(store, a_delivery(a_source(tmp_path, "cafe")))
    assert store.find(NAME, "old") is None
    assert store.find(NAME, "cafe") is not None
    assert files(store) == [NAME]


def test_of_many_that_race_one_wins_and_its_file_is_whole(
    store: DirectoryStore, tmp_path: Path
) -> None:
    together = threading.Barrier(4)
    sources = [a_source(tmp_path, "cafe", str(number) * 100) for number in range(4)]

    def race(source: Path) -> bool:
        with store.upload(a_delivery(source)) as upload:
            together.wait(10)
            return upload.finish()

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(race, sources))
    assert sorted(won) == [False, False, False, True]
    assert Path(store.uri(NAME)).read_text() == sources[won.index(True)].read_text()
    assert files(store) == [NAME]


@pytest.mark.parametrize(
    ("content", "is_found"),
    [
        (f"#EXTM3U\n# {COMMENT}cafe\n", True),
        (f"#EXTM3U\n# {COMMENT}cafe0\n", False),
        (f"#EXTM3U\n# {COMMENT}beef\n", False),
        ("x" * 5000 + f"{COMMENT}cafe", False),
        ("", False),
    ],
)
def test_a_text_is_found_by_its_settings_near_its_start(
    content: str, is_found: bool, store: DirectoryStore
) -> None:
    Path(store.uri("out-x-hls.m3u8")).write_text(content)
    assert (store.find("out-x-hls.m3u8", "cafe") is not None) is is_found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (a_box("cafe"), Published(12, 854, 480, 4.0)),
        (a_box("sound cafe"), Published(18, duration_seconds=4.0)),
        (a_box("beef"), None),
        (a_box("none of ours"), None),
        (a_box("cafe")[:-1], None),
        (b"", None),
    ],
)
def test_a_video_is_found_by_its_comment_where_it_is_whole(
    content: bytes, found: Published | None, store: DirectoryStore
) -> None:
    Path(store.uri("out-x-small.mp4")).write_bytes(content)
    assert store.find("out-x-small.mp4", "cafe") == found


def test_what_is_not_there_or_is_a_folder_is_not_found(store: DirectoryStore) -> None:
    assert store.find(NAME, "cafe") is None
    Path(store.uri(NAME)).mkdir()
    assert store.find(NAME, "cafe") is None


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TaskError) as failure:
        DirectoryStore(tmp_path / "file" / "out", probe).check()
    assert failure.value.reason is Reason.OUTPUT_FORBIDDEN


def test_a_folder_in_the_way_of_a_result_is_told_and_nothing_is_left(
    store: DirectoryStore, tmp_path: Path
) -> None:
    Path(store.uri(NAME)).mkdir()
    part = Item("out-x-small-cafe/0.m4s", a_source(tmp_path, "none"), "video/iso.segment")
    with pytest.raises(TaskError) as failure:
        delivered(store, a_delivery(a_source(tmp_path), parts=(part,)))
    assert failure.value.reason is Reason.OUTPUT_FORBIDDEN
    assert files(store) == [NAME]


@contextmanager
def counting(held: list[str]) -> Iterator[None]:
    held.append("in")
    yield
    held.append("out")


def test_no_signal_comes_between_the_parts_and_the_main_file(tmp_path: Path) -> None:
    held: list[str] = []
    store = DirectoryStore(tmp_path / "out", probe, lambda: counting(held))
    store.check()
    assert delivered(store, a_delivery(a_source(tmp_path)))
    assert held == ["in", "out"] * 3
