"""``python -m transcoder``."""

from transcoder.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
