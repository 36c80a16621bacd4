#!/usr/bin/env bash
# Step job: nomad/transcode.nomad.hcl is registered for the bucket S3_BUCKET, so that it can be
# dispatched.  Registered again as it is, it changes nothing.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"
# shellcheck source=packer/provision/steps/rights.sh
source "$provision/steps/rights.sh"

if [[ -z ${S3_BUCKET:-} ]]; then
  echo "    S3_BUCKET is not set: no job is registered"
  exit 0
fi
if ! systemd_runs; then
  echo "    once the machine has booted: systemd does not run here"
  exit 0
fi

NOMAD_TOKEN=$(<"$management_token")
export NOMAD_TOKEN
here=$(region)
nomad job run -detach \
  -var "s3_bucket=$S3_BUCKET" \
  -var "aws_region=$here" \
  -var "s3_endpoint_url=${S3_ENDPOINT_URL:-}" \
  -var "node_class=${NODE_CLASS:-transcode}" \
  -var "datacenters=[\"${DATACENTER:-dc1}\"]" \
  "$provision/../../nomad/transcode.nomad.hcl" | sed 's/^/    /'
