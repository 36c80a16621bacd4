#!/usr/bin/env bash
# Step transcoder: the task's command at /usr/local/bin/transcoder, where the job file looks for it.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

bash "$provision/steps/venv.sh" transcoder requirements.txt
/usr/local/bin/transcoder profiles >/dev/null
