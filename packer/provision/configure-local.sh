#!/usr/bin/env bash
# Make this machine, on which install.sh nomad ffmpeg transcoder autoscaler local-aws has been, a whole
# system without AWS, to try it out: Nomad server and client, the job registered, the daemon at work on
# a local AWS whose group has one instance at least and at most, this machine.  As root; can be run
# again.
#
#   LOCAL_USER         whose shells may look and dispatch                  who called sudo, or root
#   ADVERTISE_ADDRESS  this machine's own, where it has several            its private one
#
# What lies in the local AWS (the results, too) is gone when the machine is.

set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
export CLUSTER=local REGION=us-east-1 ASG_NAME=clients CLIENT_MIN=1 CLIENT_MAX=1
export S3_BUCKET=results S3_ENDPOINT_URL=http://127.0.0.1:5000
export LOCAL_USER=${LOCAL_USER:-${SUDO_USER:-root}}

"$here/steps/run.sh" local
# The client first: the agent then runs as root from the beginning, and keeps its files.
SERVER_ADDRESSES=127.0.0.1 "$here/configure-client.sh"
"$here/configure-server.sh"
"$here/steps/run.sh" local-shell
