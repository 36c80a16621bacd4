"""
Hold results against their plan, before anyone may see them: one module for each kind of result.

A check only looks, so it may be repeated.  Imports ``core``, ``ports`` and ``errors``.
"""

from pathlib import Path

from transcoder.core.plan import Rendition
from transcoder.core.profile import Hls, Poster, Sprite
from transcoder.ports import Encoder
from transcoder.verification.hls import check_stream
from transcoder.verification.items import items
from transcoder.verification.length import Input, check_length
from transcoder.verification.made import Made
from transcoder.verification.still import check_poster, check_sprite
from transcoder.verification.video import check_file

__all__ = ["Input", "Made", "check", "check_length", "items"]


def check(rendition: Rendition, directory: Path, encoder: Encoder, *, thorough: bool) -> Made:
    """
    What an encode into ``directory`` made of a rendition; raises TaskError where it is not as
    planned.

    ``thorough`` decodes all of it to its end; else what its files say of themselves must agree.
    """
    match rendition.profile.makes:
        case Poster():
            return check_poster(rendition, directory, encoder)
        case Sprite():
            return check_sprite(rendition, directory, encoder)
        case Hls() as makes:
            return check_stream(rendition, makes, directory, encoder, thorough=thorough)
        case _:
            return check_file(rendition, directory, encoder, thorough=thorough)
