#!/usr/bin/env bash
# Fetch what this instance is set up from, and set it up.  Can be run again at any time; what is as it
# should be is left alone.  Stops at the first error and says at which step.
set -euo pipefail

# shellcheck source=/dev/null # cloud-init writes it.
. /etc/cluster-setup.env
DIRECTORY=/opt/cluster-setup
step=start
trap 'echo "cluster-setup: failed at step: $step" >&2' ERR

begin() {
  step=$1
  echo "cluster-setup: $step"
}

# find_sdk: SDK_PYTHON is a Python with boto3.  A baked image has one: its boot is to be short.
find_sdk() {
  for SDK_PYTHON in /opt/autoscaler/bin/python /opt/transcoder/bin/python /usr/bin/python3; do
    ! "$SDK_PYTHON" -c 'import boto3' 2>/dev/null || return 0
  done
  return 1
}

begin "the AWS SDK"
if ! find_sdk; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 update
  apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 --no-install-recommends \
    install python3-boto3
  find_sdk
fi
export SDK_PYTHON

begin "fetch from s3://$BUCKET/$PREFIX"
"$SDK_PYTHON" /usr/local/lib/cluster-setup/fetch.py "$BUCKET" "$PREFIX" "$REGION" "$DIRECTORY"

begin "set up as $ROLE"
"$DIRECTORY/boot/$ROLE.sh"
echo "cluster-setup: done"
