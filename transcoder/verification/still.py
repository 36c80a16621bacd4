"""
Look at stills: a poster, and sheets of thumbnails with the WebVTT that says what is where.

They are few and small, so all of them are decoded, whatever the check.
Imports ``core``, ``ports``, ``errors`` and its neighbour ``made``.
"""

from pathlib import Path

from transcoder.core import jpeg
from transcoder.core.cues import Cue, parse_cues
from transcoder.core.encoding import comment
from transcoder.core.manifest import references
from transcoder.core.plan import Rendition
from transcoder.core.sheets import sheet_count
from transcoder.core.still_command import sheet_size
from transcoder.core.verify import invalid, undecodable
from transcoder.ports import Encoder
from transcoder.verification.made import Made, main_of


def check_poster(rendition: Rendition, directory: Path, encoder: Encoder) -> Made:
    """One JPEG of the size planned that decodes."""
    path = main_of(rendition, directory)
    picture = rendition.pictures[0]
    found = _picture_problems(path, (picture.width, picture.height), encoder)
    if jpeg.comment(path.read_bytes()) != comment(rendition):
        found.append("it does not say which settings it was made with")
    if found:
        raise invalid(rendition.profile.name, found)
    return Made(rendition, path, frames=1)


def check_sprite(rendition: Rendition, directory: Path, encoder: Encoder) -> Made:
    """Sheets of the size planned that decode, and cues that follow each other without a gap."""
    path = main_of(rendition, directory)
    text = path.read_text(encoding="utf-8")
    cues, sheets = parse_cues(text), [path.parent / name for name in references(text)]
    size = sheet_size(rendition)
    found = _cue_problems(rendition, cues, len(sheets))
    for sheet in sheets:
        found += _picture_problems(sheet, size, encoder)
    if comment(rendition) not in text:
        found.append("it does not say which settings it was made with")
    if found:
        raise invalid(rendition.profile.name, found)
    covered = _covered_seconds(rendition, cues)
    return Made(rendition, path, tuple(sheets), len(cues), covered, picture_seconds=covered)


def _picture_problems(path: Path, planned: tuple[int, int], encoder: Encoder) -> list[str]:
    if not path.is_file():
        return [f"{path.name} is missing"]
    size = jpeg.size(path.read_bytes())
    if size != planned:
        return [f"the size of {path.name} is {size}, planned {planned}"]
    run = encoder.decode(path)
    broken = undecodable(run)
    if broken is None and run.frames != 1:
        broken = f"it holds {run.frames} pictures"
    return [f"{path.name}: {broken}"] if broken else []


def _cue_problems(rendition: Rendition, cues: tuple[Cue, ...], sheet_files: int) -> list[str]:
    layout, picture = rendition.sheets, rendition.pictures[0]
    if not cues or layout is None:
        return ["it names no thumbnail"]
    found = []
    wanted = sheet_count(len(cues), layout.columns, layout.rows)
    if sheet_files != wanted:
        found.append(f"{len(cues)} thumbnails are on {sheet_files} sheets, planned {wanted}")
    ends = [0.0, *(cue.ends_seconds for cue in cues)]
    if any(cue.begins_seconds != end for cue, end in zip(cues, ends, strict=False)):
        found.append("its cues do not follow each other")
    if any(cue.ends_seconds <= cue.begins_seconds for cue in cues):
        found.append("it has a cue that ends before it begins")
    across, down = sheet_size(rendition)
    for left, top, *size in (cue.where for cue in cues):
        if size != [picture.width, picture.height] or left + size[0] > across:
            found.append("it has a thumbnail of another size")
        if top + size[1] > down:
            found.append("it has a thumbnail below its sheet")
    return found


def _covered_seconds(rendition: Rendition, cues: tuple[Cue, ...]) -> float:
    """How much of the input has thumbnails: the last cue may go on longer than its picture."""
    layout = rendition.sheets
    ends = cues[-1].ends_seconds
    if layout is None or layout.thumbnails is None or len(cues) >= layout.thumbnails:
        return ends
    return min(ends, float(len(cues) * layout.interval_seconds))
