"""
Where the files are that the project keeps beside its packages: job files, samples.

In a checkout they lie beside the packages; after ``pip install`` under share/autoscaler of
the prefix that the packages went to.  May import the standard library only.
"""

from pathlib import Path

#: The directory that holds the packages: a checkout, a site-packages, or what --target named.
_HOME = Path(__file__).resolve().parent.parent
_SHARE = Path("share", "autoscaler")


def kept_file(name: str, home: Path = _HOME) -> Path:
    """
    The file that a checkout has at ``name``.

    Where there is none, its place in a checkout: whoever opens that is told what is missing.
    """
    # The third parent is the prefix: PREFIX/lib/python3.x/site-packages.
    prefixes = (home, *home.parents[2:3])
    places = [home / name, *(prefix / _SHARE / name for prefix in prefixes)]
    return next((place for place in places if place.is_file()), places[0])
