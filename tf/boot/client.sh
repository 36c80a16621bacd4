#!/usr/bin/env bash
# Make this instance a Nomad client; run by cluster-setup, from the files that it fetched.  Can be run
# again.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tf/boot/steps.sh
. "$here/boot/steps.sh"
load_environment "$here/client.env"

install_programs

if [[ $NOMAD_TLS == true ]]; then
  begin "wait for the certificates"
  secret wait "$TLS_PARAMETER_PREFIX/ca.pem" >/dev/null
fi

begin "configure the client"
"$here/packer/provision/configure-client.sh"
