#!/usr/bin/env bash
# Step ffmpeg: the distribution's own, which it keeps safe; and the encoders are really in it.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

packages ffmpeg

encoders=$(ffmpeg -hide_banner -loglevel error -encoders)
for encoder in libx264 aac; do
  grep -q " $encoder " <<<"$encoders" || bad 69 "this ffmpeg has no encoder $encoder"
done
