#!/usr/bin/env bash
# Step agent: the Nomad agent's configuration, from nomad/agent/, and the agent itself running.
# NOMAD_ROLE is server or client; both on one machine is fine, one after the other.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

directory=/etc/nomad.d
[[ -x /usr/local/bin/nomad ]] || bad 78 "Nomad is not installed: install.sh nomad"

# A client makes chroots and cgroups for its tasks, which only root can; a server needs no such right.
user=nomad
[[ $NOMAD_ROLE == server && ! -f $directory/10-client.hcl ]] || user=root

# tls_file NAME MODE: one of the agent's three, from SSM.
tls_file() {
  aws parameter "$TLS_PARAMETER_PREFIX/$1" | put "$2" "$user:$user" "$directory/tls/$1"
}

if [[ ${NOMAD_TLS:-} == true && -n ${TLS_PARAMETER_PREFIX:-} ]]; then
  install -d -m 0755 "$directory/tls"
  tls_file ca.pem 0644
  tls_file agent.pem 0644
  tls_file agent-key.pem 0600
fi

if [[ $NOMAD_ROLE == server && -n ${GOSSIP_KEY_PARAMETER:-} ]]; then
  GOSSIP_KEY=$(aws parameter "$GOSSIP_KEY_PARAMETER")
  export GOSSIP_KEY
fi

# contents: by which it is seen whether rendering changed anything.
contents() {
  find "$directory" -maxdepth 1 -name '*.hcl' -exec sha256sum {} + | sort
}

if [[ -n ${SERVER_TAG_KEY:-} ]]; then
  REGION=$(region)
  export REGION
fi

before=$(contents)
OWNER=$user:$user bash "$provision/../../nomad/agent/render.sh" "$NOMAD_ROLE" "$directory"
[[ $before == "$(contents)" ]] || changed=true

install -d -m 0755 /etc/systemd/system/nomad.service.d
put 0644 root:root /etc/systemd/system/nomad.service.d/user.conf <<UNIT
[Service]
User=$user
Group=$user
UNIT
[[ $(stat -c %U /opt/nomad/data) == "$user" ]] || chown -R "$user:$user" /opt/nomad/data

# For people at this machine: `nomad status` finds the agent.
if [[ ${NOMAD_TLS:-} == true ]]; then
  put 0644 root:root /etc/profile.d/nomad.sh <<PROFILE
export NOMAD_ADDR=https://127.0.0.1:4646
export NOMAD_CACERT=$directory/tls/ca.pem
PROFILE
else
  rm -f /etc/profile.d/nomad.sh
fi

if systemd_runs; then
  systemctl daemon-reload
  # A newer executable under a running agent.
  agent=$(systemctl show --property=MainPID --value nomad)
  [[ $(readlink "/proc/$agent/exe" 2>/dev/null) != *"(deleted)" ]] || changed=true
fi
serve nomad.service "$changed"
