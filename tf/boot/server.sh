#!/usr/bin/env bash
# Make this instance the Nomad server, with the job registered and the autoscaler at work; run by
# cluster-setup, from the files that it fetched.  Can be run again.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tf/boot/steps.sh
. "$here/boot/steps.sh"
load_environment "$here/server.env"
# shellcheck source=packer/provision/steps/rights.sh
. "$here/packer/provision/steps/rights.sh"

before=$(cat /opt/autoscaler/.installed 2>/dev/null) || before=
install_programs

begin "the gossip key"
secret ensure-random "$GOSSIP_KEY_PARAMETER"

if [[ $NOMAD_TLS == true ]]; then
  begin "the certificates"
  make_certificates
fi

begin "configure the server"
export AUTOSCALER_CONFIG=$here/autoscaler/config.yaml
"$here/packer/provision/configure-server.sh"

begin "tokens for people"
for who in dispatcher operator; do
  file=/root/nomad-$who-token
  /usr/bin/python3 "$here/packer/provision/acl.py" token "$management_token" "$who" "$file"
  if [[ $(secret get "$SECRETS_PATH/nomad/$who-token") != "$(<"$file")" ]]; then
    secret put "$SECRETS_PATH/nomad/$who-token" <"$file"
  fi
done

begin "the running autoscaler is the installed one"
[[ -z $before || $before == "$(</opt/autoscaler/.installed)" ]] || systemctl restart autoscaler.service
