"""
From a verified result to the files that are published, under their names.

Imports ``core``, ``ports`` and its neighbour ``made``.
"""

from transcoder.core.delivery import content_type, main_name, part_name, published_text, refers
from transcoder.ports import Item
from transcoder.verification.made import Made


def items(made: Made, input_md5: str) -> tuple[Item, tuple[Item, ...]]:
    """
    The main file and its parts as they are to be published.

    A main file that names its parts is written once more, beside itself, with their published
    names; it is small.
    """
    profile, path = made.rendition.profile, made.main
    if refers(profile):
        text = published_text(profile, input_md5, path.read_text(encoding="utf-8"))
        path = path.with_name(f"published.{profile.suffix}")
        path.write_text(text, encoding="utf-8")
    name = main_name(profile, input_md5)
    parts = tuple(
        Item(
            part_name(profile, input_md5, part.relative_to(made.main.parent).as_posix()),
            part,
            content_type(part.name),
        )
        for part in made.parts
    )
    return Item(name, path, content_type(name)), parts
