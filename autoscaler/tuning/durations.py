"""
Durations as the configuration writes them, so that what is shown can be pasted.

Pure; imports the standard library only.
"""

#: Up to which length (in seconds) a duration is rounded to which step.
_STEPS = ((30, 1), (300, 5), (1200, 15), (3600, 60), (float("inf"), 300))


def written(seconds: float) -> str:
    """``2m30s``, ``0s``, ``1h5m``: to the second."""
    left = round(seconds)
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    if left or not parts:
        parts.append(f"{left}s")
    return "".join(parts)


def rounded(seconds: float) -> float:
    """A figure that a person would have chosen, near by."""
    step = next(step for longest, step in _STEPS if seconds <= longest)
    return round(seconds / step) * step
