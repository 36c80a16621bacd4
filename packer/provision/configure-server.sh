#!/usr/bin/env bash
# Make this machine, on which install.sh has been, a Nomad server with the autoscaler; as root, on the
# machine itself, at its boot or by hand.  It can be run again; what is right stays as it is, and
# nothing is restarted that has not changed.
#
#   CLUSTER=videos REGION=us-east-1 ASG_NAME=videos-clients S3_BUCKET=videos-results \
#     configure-server.sh
#
# The environment; empty is the same as absent:
#
#   CLUSTER                    the cluster's name: a tag of all metrics                 nomad
#   REGION                     the AWS region                                the instance's
#   DATACENTER                 Nomad's                                                    dc1
#   SERVER_COUNT, SERVER_ADDRESSES, SERVER_TAG_KEY, SERVER_TAG_VALUE, NOMAD_REGION, HTTP_ADDRESS,
#   ADVERTISE_ADDRESS, ...     as nomad/agent/render.sh has them; one server needs none of them
#   GOSSIP_KEY_PARAMETER       the SSM parameter with the servers' gossip key            none
#   NOMAD_TLS                  true: TLS, with ca.pem, agent.pem and agent-key.pem       false
#   TLS_PARAMETER_PREFIX       PREFIX/ca.pem, ...: SSM parameters with them  they are in /etc/nomad.d/tls
#   MANAGEMENT_TOKEN_PARAMETER the SSM parameter in which Nomad's first token is kept    none
#                              (it is in /root/nomad-management-token in any case)
#   S3_BUCKET                  the results' bucket: the job is registered with it        no job
#   S3_ENDPOINT_URL            an S3 that is not AWS's own                               AWS's
#   NODE_CLASS                 the client nodes' class                                   transcode
#   ASG_NAME                   the clients' Auto Scaling group: the autoscaler is set up   no daemon
#   CLIENT_MIN, CLIENT_MAX     how many clients                                          0, 20
#   NODE_CPU, NODE_MEMORY      what one client offers tasks, until one has been seen     4000, 7500
#   EVENTS_QUEUE_URL           an SQS queue fed by EventBridge                           none
#   AUTOSCALER_CONFIG          a configuration of your own for the daemon    one is made of these
#   DATADOG_API_KEY_PARAMETER  the SSM parameter with Datadog's API key                  no Datadog
#   DATADOG_SITE               Datadog's site                                            datadoghq.com
#
# Secrets are read from SSM into files that only their service can read.  Exit codes as install.sh.

set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
export NOMAD_ROLE=server

for step in agent acl job daemon datadog-agent; do
  "$here/steps/run.sh" "$step"
done
