#!/usr/bin/env bash
# Step daemon: the autoscaler's configuration, its token and key, and the service running; where
# install.sh autoscaler has been and ASG_NAME says what it sizes.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"
# shellcheck source=packer/provision/steps/rights.sh
source "$provision/steps/rights.sh"

config=/etc/autoscaler/config.yaml
ours='# Written by configure-server.sh, and again at its next run; without this line it is yours.'

if [[ ! -x /opt/autoscaler/bin/autoscaler ]]; then
  echo "    the autoscaler is not installed here"
  exit 0
fi
if [[ -z ${ASG_NAME:-}${AUTOSCALER_CONFIG:-} && ! -f $config ]]; then
  echo "    ASG_NAME is not set: the autoscaler is left as it is, stopped"
  exit 0
fi

has_agent=false
! has_package datadog-agent || has_agent=true

# datadog: how it tells Datadog: by the agent of this machine, else over HTTPS, else not at all.
datadog() {
  if [[ -z ${DATADOG_API_KEY_PARAMETER:-} ]]; then
    echo "datadog: {statsd: null}"
    return
  fi
  echo "datadog:"
  echo "  tags: [\"cluster:${CLUSTER:-nomad}\"]"
  $has_agent || echo "  api: true"
  $has_agent || echo "  site: ${DATADOG_SITE:-datadoghq.com}"
}

# configuration: one pool, as the variables say.
configuration() {
  local here
  here=$(region)
  cat <<CONFIG
$ours
# Every key: /opt/autoscaler/share/autoscaler/config.example.yaml
state_dir: /var/lib/autoscaler
nomad:
  address: $NOMAD_ADDR
  ca_cert: ${NOMAD_CACERT:-null}
  token_file: nomad-token
aws:
  region: $here
  events_queue: ${EVENTS_QUEUE_URL:-null}
$(datadog)
pools:
  - name: transcode
    jobs: [transcode]
    group: "$ASG_NAME"
    nodes: {class: ${NODE_CLASS:-transcode}}
    size: {min: ${CLIENT_MIN:-0}, max: ${CLIENT_MAX:-20}}
    node: {cpu: ${NODE_CPU:-4000}, memory: ${NODE_MEMORY:-7500}}
CONFIG
}

if [[ -n ${AUTOSCALER_CONFIG:-} ]]; then
  put 0644 root:root "$config" <"$AUTOSCALER_CONFIG"
elif [[ -n ${ASG_NAME:-} ]] && [[ ! -f $config || $(head -n 1 "$config") == "$ours" ]]; then
  text=$(configuration)
  put 0644 root:root "$config" <<<"$text"
fi

if [[ -n ${DATADOG_API_KEY_PARAMETER:-} ]] && ! $has_agent; then
  key=$(aws parameter "$DATADOG_API_KEY_PARAMETER")
  put 0640 root:autoscaler /etc/autoscaler/datadog-api-key <<<"$key"
fi

if systemd_runs; then
  before=$(cat /etc/autoscaler/nomad-token 2>/dev/null) || before=
  /usr/bin/python3 "$provision/acl.py" token "$management_token" autoscaler \
    /etc/autoscaler/nomad-token
  chgrp autoscaler /etc/autoscaler/nomad-token
  chmod 0640 /etc/autoscaler/nomad-token
  [[ $before == "$(</etc/autoscaler/nomad-token)" ]] || changed=true
  systemctl daemon-reload
fi
serve autoscaler.service "$changed"
