#!/usr/bin/env bash
# Step base: the right to install, a system that is known, and what the other steps call.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

((EUID == 0)) || bad 77 "only root can install: sudo install.sh ..."

# shellcheck source=/dev/null
source /etc/os-release
case ${ID:-} in
  debian) known=12 ;;
  ubuntu) known=24.04 ;;
  *) bad 78 "${PRETTY_NAME:-this system} is not known here: Debian 12 or Ubuntu 24.04, or later" ;;
esac
dpkg --compare-versions "${VERSION_ID:-0}" ge "$known" ||
  bad 78 "$PRETTY_NAME is too old: $ID $known or later"

packages ca-certificates curl unzip
