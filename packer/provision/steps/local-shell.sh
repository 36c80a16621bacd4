#!/usr/bin/env bash
# Step local-shell: LOCAL_USER's shells may look at Nomad and dispatch, and ask the local AWS.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"
# shellcheck source=packer/provision/steps/rights.sh
source "$provision/steps/rights.sh"

systemd_runs || exit 0
home=$(getent passwd "$LOCAL_USER" | cut -d : -f 6)
[[ -d $home ]] || bad 78 "LOCAL_USER is '$LOCAL_USER', who has no home here"

/usr/bin/python3 "$provision/acl.py" token "$management_token" operator,dispatcher \
  "$home/.nomad-token"
chown "$LOCAL_USER:" "$home/.nomad-token"

put 0644 root:root /etc/profile.d/local-aws.sh <<'PROFILE'
if [ -r "$HOME/.nomad-token" ]; then
  NOMAD_TOKEN=$(cat "$HOME/.nomad-token")
  export NOMAD_TOKEN
fi
set -a
. /var/lib/local-aws/client.env
set +a
PROFILE
