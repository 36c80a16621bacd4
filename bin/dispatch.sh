#!/usr/bin/env bash
# Dispatch a list as the demo of 2017 did: for each line two children, one for the profile "small"
# and one for "large".  Its lines of output are the same.
#
#   bin/dispatch.sh samples/one.txt
#
# `transcoder dispatch` by itself makes one child for both, which costs less: one fetch, one decode.
# Further words are its options (--wait, --once, --dry-run, …); NOMAD_ADDR and the like are heeded.
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "Usage: dispatch.sh LIST [LIST or option of transcoder dispatch …]" >&2
  exit 2
fi

transcoder=$(command -v transcoder || true)
if [ -z "$transcoder" ]; then
  # A checkout after `make install` or `make demo`.
  transcoder=$(dirname -- "$(readlink -f -- "$0")")/../.venv/bin/transcoder
fi
if [ ! -x "$transcoder" ]; then
  echo "dispatch.sh: no transcoder on PATH, nor in .venv/bin of this checkout." >&2
  echo "dispatch.sh: make it with: make install   (or: pip install nomad-queue-autoscaler)" >&2
  exit 127
fi

exec "$transcoder" dispatch --profile small --profile large "$@"
