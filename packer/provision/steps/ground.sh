# shellcheck shell=bash
# What every step stands on, sourced by each: strict mode, the versions, files, packages, downloads.
# One file, because a step that does any of these otherwise is the one that leaves half a machine.

set -euo pipefail
umask 022

provision=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=packer/versions.env
source "$provision/../versions.env"

# bad EXIT_CODE TEXT: say what is wrong and how it is mended, and end the step.
bad() {
  echo "$2" >&2
  exit "$1"
}

# put MODE OWNER:GROUP FILE: the standard input becomes the file, whole and at once, if it differs.
# Sets changed=true when it did; a step restarts a service only then.  On its way it lies in /run,
# which is memory, where only root can read it.
changed=false
put() {
  local new
  new=$(mktemp --tmpdir=/run)
  cat >"$new"
  if [[ -f $3 && $(stat -c '%a %U:%G' "$3") == "${1#0} $2" ]] && cmp --silent "$new" "$3"; then
    rm -f "$new"
    return
  fi
  install -m "$1" -o "${2%:*}" -g "${2#*:}" "$new" "$3.new"
  rm -f "$new"
  mv -f "$3.new" "$3"
  # shellcheck disable=SC2034  # Read by the steps.
  changed=true
  echo "    $3"
}

# has_package NAME[=VERSION]: it is installed, and in that version where one is named.
has_package() {
  local state
  state=$(dpkg-query --show --showformat='${db:Status-Status} ${Version}' "${1%%=*}" 2>/dev/null) ||
    return 1
  [[ $1 == *=* ]] || state=${state%% *}
  [[ $state == installed || $state == "installed ${1#*=}" ]]
}

# packages NAME[=VERSION]...: those that are missing, from the distribution or a repository of ours.
packages() {
  local one missing=()
  for one in "$@"; do
    has_package "$one" || missing+=("$one")
  done
  ((${#missing[@]})) || return 0
  echo "    packages: ${missing[*]}"
  # A machine that has just booted may be updating itself: wait for it rather than fail.
  apt-get --quiet --quiet -o DPkg::Lock::Timeout=300 -o Acquire::Retries=5 update
  DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet --yes --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=5 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confold install "${missing[@]}" >/dev/null
}

# download URL FILE: over HTTPS, or from a file:// mirror; bounded in time, tried again.
download() {
  echo "    $1"
  curl --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' \
    --connect-timeout 20 --max-time 600 --retry 5 --retry-delay 5 --retry-connrefused \
    --output "$2" "$1"
}

# has_sum FILE SHA256
has_sum() {
  sha256sum --check --status - <<<"$2  $1" ||
    bad 65 "$1 has not the checksum $2: a damaged download, or not what was meant"
}

# aws ARGUMENTS...: ../aws.py, by the Python of whichever of our two environments is here.
aws() {
  local home
  for home in /opt/autoscaler /opt/transcoder; do
    if [[ -x $home/bin/python ]]; then
      "$home/bin/python" "$provision/aws.py" "$@"
      return
    fi
  done
  bad 78 "neither transcoder nor autoscaler is installed, with which AWS is asked: install.sh first"
}

# region: the AWS region that was told, or this instance's own.
region() {
  if [[ -n ${REGION:-} ]]; then
    echo "$REGION"
  else
    aws region
  fi
}

# systemd_runs: this is a running machine, and not an image that is being built in a chroot.
systemd_runs() {
  [[ -d /run/systemd/system ]]
}

# serve UNIT CHANGED: have it start at each boot, and now; restart it where CHANGED is true.
serve() {
  systemctl --quiet enable "$1"
  if ! systemd_runs; then
    echo "    $1 will start at the next boot: systemd does not run here"
  elif [[ $2 == true ]] || ! systemctl --quiet is-active "$1"; then
    echo "    restarting $1"
    if ! systemctl restart "$1"; then
      journalctl --unit "$1" --no-pager --lines 20 --output cat >&2
      return 1
    fi
  fi
}
