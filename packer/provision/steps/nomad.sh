#!/usr/bin/env bash
# Step nomad: the executable, its user, its directories and its unit; neither configured nor started.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

architecture=$(dpkg --print-architecture)
case $architecture in
  amd64) sum=$NOMAD_SHA256_AMD64 ;;
  arm64) sum=$NOMAD_SHA256_ARM64 ;;
  *) bad 78 "no checksum of Nomad for $architecture is known: add it to versions.env" ;;
esac

program=/usr/local/bin/nomad
if ! [[ -x $program && $("$program" version | head -n 1) == "Nomad v$NOMAD_VERSION" ]]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  archive=nomad_${NOMAD_VERSION}_linux_$architecture.zip
  download "${NOMAD_RELEASES:-https://releases.hashicorp.com/nomad}/$NOMAD_VERSION/$archive" \
    "$scratch/$archive"
  has_sum "$scratch/$archive" "$sum"
  unzip -q "$scratch/$archive" nomad -d "$scratch"
  # By way of a name beside it: a running agent keeps its file, and nobody sees half of one.
  install -m 0755 "$scratch/nomad" "$program.new"
  mv -f "$program.new" "$program"
  echo "    $program $NOMAD_VERSION"
fi

getent passwd nomad >/dev/null ||
  useradd --system --user-group --no-create-home --home-dir /opt/nomad --shell /usr/sbin/nologin nomad
install -d -m 0755 /etc/nomad.d /opt/nomad
install -d -m 0700 /opt/nomad/data

put 0644 root:root /etc/systemd/system/nomad.service <"$provision/files/nomad.service"
