"""
One long video made by many tasks: each makes a chunk of the picture, one joins them.

All that they know of each other are parts and notes in the store, so that any of them may be lost
at any time, or come twice.  Imports ``core``, ``ports``, ``errors`` and what tasks are made of.
"""

from transcoder.splitting.work import Split, Splitting

__all__ = ["Split", "Splitting"]
