"""
What keeps the web from being served.  Imports errors only.
"""

from autoscaler.errors import AutoscalerError


class HttpUnavailable(AutoscalerError):
    """A port, a token's file or a certificate cannot be had; the message says which, and why."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
