#!/usr/bin/env bash
# Make this machine, on which install.sh has been, a Nomad client; as root, on the machine itself, at
# its boot.  It can be run again; nothing is restarted that has not changed, and a restart of the
# agent ends no task.
#
#   CLUSTER=videos REGION=us-east-1 SERVER_TAG_KEY=nomad-server SERVER_TAG_VALUE=videos \
#     ASG_NAME=videos-clients configure-client.sh
#
# The environment; empty is the same as absent:
#
#   CLUSTER                    the cluster's name: a tag of all metrics                 nomad
#   REGION                     the AWS region                                the instance's
#   DATACENTER                 Nomad's                                                    dc1
#   SERVER_TAG_KEY, SERVER_TAG_VALUE    the tag of the servers' instances; or
#   SERVER_ADDRESSES           their addresses
#   NODE_CLASS                 by which the job and the autoscaler know the nodes        transcode
#   ASG_NAME                   the Auto Scaling group: the node's meta, for people       none
#   NOMAD_TLS                  true: TLS, with ca.pem, agent.pem and agent-key.pem       false
#   TLS_PARAMETER_PREFIX       PREFIX/ca.pem, ...: SSM parameters with them  they are in /etc/nomad.d/tls
#   DATADOG_API_KEY_PARAMETER  the SSM parameter with Datadog's API key                  no Datadog
#   DATADOG_SITE               Datadog's site                                            datadoghq.com
#   and what else nomad/agent/render.sh reads (NODE_POOL, NOMAD_REGION, ADVERTISE_ADDRESS, ...)
#
# When the group lets the instance go there is nothing to do here: the autoscaler has cordoned the node
# and seen it idle before, and it completes the group's lifecycle hook.  Exit codes as install.sh.

set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
export NOMAD_ROLE=client

for step in agent datadog-agent; do
  "$here/steps/run.sh" "$step"
done
