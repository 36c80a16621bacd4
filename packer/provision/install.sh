#!/usr/bin/env bash
# Install what a machine of the cluster runs, as root, on Debian 12 or 13 or Ubuntu 24.04 or later.
#
#   install.sh ROLE...        nomad, ffmpeg, transcoder, autoscaler, datadog, local-aws
#
#   install.sh nomad ffmpeg transcoder datadog      # a client
#   install.sh nomad autoscaler datadog             # a server
#   install.sh nomad ffmpeg transcoder autoscaler local-aws     # all in one, without AWS: Vagrant
#
# The one source for Packer, Vagrant and cloud-init.  It can be run again: what is there in the right
# version stays as it is.  Nothing is started and nothing is configured: configure-server.sh and
# configure-client.sh do that, on the machine itself, so that an image holds no secret and no site.
# Versions and checksums: ../versions.env.  The environment; empty is the same as absent:
#
#   WHEEL           the project's wheel: a path, https://... or s3://... (with the instance's role);
#                   absent: AUTOSCALER_VERSION from pip's index
#   WHEEL_SHA256    what it must hash to; has to be there for https://
#   NOMAD_RELEASES  a mirror of https://releases.hashicorp.com/nomad; the checksums hold there too
#   APT_DATADOG     a mirror of https://apt.datadoghq.com; the key's fingerprint holds there too
#   DATADOG_KEY_URL where Datadog's key comes from
#
# Exit codes: 0 installed; 64 wrong arguments; 78 a value that cannot be used; else the failed
# step's own, and the last line says which step that was.

set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

usage() {
  echo "usage: install.sh ROLE...: nomad, ffmpeg, transcoder, autoscaler, datadog, local-aws" >&2
  exit 64
}

(($#)) || usage
for role in "$@"; do
  case $role in
    nomad | ffmpeg | transcoder | autoscaler | datadog | local-aws) ;;
    *)
      echo "install.sh: '$role' is no role" >&2
      usage
      ;;
  esac
done

"$here/steps/run.sh" base
for role in "$@"; do
  "$here/steps/run.sh" "$role"
done
