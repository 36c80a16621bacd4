#!/usr/bin/env bash
# Run one step: run.sh NAME runs NAME.sh beside it, tells when it begins, and which one failed.

set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
name=$1

echo "==> $name"
status=0
bash "$here/$name.sh" || status=$?
if ((status)); then
  echo "provisioning stopped at the step '$name' (exit code $status)" >&2
  exit "$status"
fi
