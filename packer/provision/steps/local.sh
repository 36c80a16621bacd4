#!/usr/bin/env bash
# Step local: the local AWS running, and the others told to use it and no other.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

units=/etc/systemd/system
[[ -f $units/local-aws.service ]] || bad 78 "the local AWS is not installed: install.sh local-aws"

# The agent learns from the metadata service that it is the group's instance.  Tasks see its
# environment, less secrets' names, and of the file system /opt/transcoder: their credentials are there.
install -d -m 0755 "$units/nomad.service.d" "$units/autoscaler.service.d"
put 0644 root:root "$units/nomad.service.d/local-aws.conf" <<'UNIT'
[Unit]
Requires=local-aws.service
After=local-aws.service

[Service]
EnvironmentFile=/var/lib/local-aws/nomad.env
Environment=AWS_SHARED_CREDENTIALS_FILE=/opt/transcoder/local-aws-credentials
UNIT

put 0644 root:root "$units/autoscaler.service.d/local-aws.conf" <<'UNIT'
[Unit]
Requires=local-aws.service
After=local-aws.service

[Service]
EnvironmentFile=/var/lib/local-aws/client.env
UNIT

# page NAME PORT TARGET: what listens on this machine's loopback, for the machine that it runs on.
page() {
  put 0644 root:root "$units/$1.socket" <<UNIT
[Socket]
ListenStream=0.0.0.0:$2

[Install]
WantedBy=sockets.target
UNIT
  put 0644 root:root "$units/$1.service" <<UNIT
[Unit]
Description=$3, for the host of this virtual machine

[Service]
ExecStart=/usr/lib/systemd/systemd-socket-proxyd $3
DynamicUser=yes
UNIT
}

page local-status-page 19646 127.0.0.1:9646
page local-aws-page 15000 127.0.0.1:5000

! systemd_runs || systemctl daemon-reload
serve local-aws.service "$changed"
serve local-status-page.socket "$changed"
serve local-aws-page.socket "$changed"
