#!/usr/bin/env bash
# Step acl: Nomad's first token, where there is none yet, and the policies of nomad/policies/.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"
# shellcheck source=packer/provision/steps/rights.sh
source "$provision/steps/rights.sh"

parameter=${MANAGEMENT_TOKEN_PARAMETER:-}

if ! systemd_runs; then
  echo "    once the machine has booted: systemd does not run here"
  exit 0
fi

packages python3

# Of several servers one makes the token, and the others find it here.
if [[ -n $parameter && ! -s $management_token ]] && secret=$(aws parameter "$parameter" 2>/dev/null)
then
  put 0600 root:root "$management_token" <<<"$secret"
fi

if ! /usr/bin/python3 "$provision/acl.py" bootstrap "$management_token"; then
  journalctl --unit nomad --no-pager --lines 20 --output cat >&2
  exit 69
fi
# Compared rather than remembered: a run that ended between the two lines leaves nothing undone.
if [[ -n $parameter ]] &&
  [[ $(aws parameter "$parameter" 2>/dev/null) != "$(<"$management_token")" ]]; then
  aws keep "$parameter" <"$management_token"
fi
/usr/bin/python3 "$provision/acl.py" policies "$management_token" "$provision/../../nomad/policies"
