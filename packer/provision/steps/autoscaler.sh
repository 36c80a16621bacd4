#!/usr/bin/env bash
# Step autoscaler: the daemon in /opt/autoscaler, its user and its unit, as docs/install.md has them.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

getent passwd autoscaler >/dev/null ||
  useradd --system --user-group --no-create-home --home-dir /var/lib/autoscaler \
    --shell /usr/sbin/nologin autoscaler
bash "$provision/steps/venv.sh" autoscaler requirements.txt
install -d -m 0755 /etc/autoscaler
put 0644 root:root /etc/systemd/system/autoscaler.service \
  </opt/autoscaler/share/autoscaler/autoscaler.service
