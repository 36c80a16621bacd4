"""
What a command's module adds its parser to.

Imports the standard library only.
"""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # It has no public name, and is what ``add_subparsers`` is documented to return.
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001
else:
    Commands = object
