#!/usr/bin/env bash
# Step local-aws: the local AWS of a machine that tries the system out; not started.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

getent passwd local-aws >/dev/null ||
  useradd --system --user-group --no-create-home --home-dir /var/lib/local-aws \
    --shell /usr/sbin/nologin local-aws
bash "$provision/steps/venv.sh" local-aws requirements-local.txt
put 0644 root:root /opt/local-aws/local_aws.py <"$provision/local_aws.py"
put 0644 root:root /etc/systemd/system/local-aws.service <"$provision/files/local-aws.service"
