#!/usr/bin/env bash
# Step datadog-agent: its configuration with the API key from SSM, and the agent running; where
# install.sh datadog has been and DATADOG_API_KEY_PARAMETER says where the key is.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

if ! has_package datadog-agent; then
  echo "    the Datadog agent is not installed here"
  exit 0
fi
if [[ -z ${DATADOG_API_KEY_PARAMETER:-} ]]; then
  echo "    DATADOG_API_KEY_PARAMETER is not set: the Datadog agent is left stopped"
  exit 0
fi

# Into a variable first: a key that cannot be had must not leave a file without one.
key=$(aws parameter "$DATADOG_API_KEY_PARAMETER")
put 0640 dd-agent:dd-agent /etc/datadog-agent/datadog.yaml <<CONFIG
# Written by the step datadog-agent; checks of your own go to conf.d/.
api_key: "$key"
site: ${DATADOG_SITE:-datadoghq.com}
tags:
  - "cluster:${CLUSTER:-nomad}"
  - "nomad_role:$NOMAD_ROLE"
# Nomad, the autoscaler and the tasks of this machine, and nobody else, send metrics here.
use_dogstatsd: true
dogstatsd_port: 8125
bind_host: 127.0.0.1
dogstatsd_non_local_traffic: false
apm_config:
  enabled: false
CONFIG
serve datadog-agent.service "$changed"
