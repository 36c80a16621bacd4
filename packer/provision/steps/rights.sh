# shellcheck shell=bash
# Where this server's Nomad is and the token that may do everything; sourced by the steps that ask it.

# shellcheck disable=SC2034  # Read by the steps.
management_token=/root/nomad-management-token

if [[ ${NOMAD_TLS:-} == true ]]; then
  export NOMAD_ADDR=https://127.0.0.1:4646 NOMAD_CACERT=/etc/nomad.d/tls/ca.pem
else
  export NOMAD_ADDR=http://127.0.0.1:4646
fi
