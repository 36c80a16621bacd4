#!/usr/bin/env bash
# Print versions.env's lines for a version of Nomad, once HashiCorp's signature of its checksums has
# been verified by the key whose fingerprint versions.env has.
#
#   packer/nomad-sums.sh 2.0.7
#
# Needs curl, gpg and the Internet.  Exit codes: 0 printed; 64 wrong arguments; 65 not signed by
# that key; else curl's or gpg's own.

set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=packer/versions.env
source "$here/versions.env"

if [[ $# -ne 1 || ! $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  echo "usage: nomad-sums.sh VERSION, such as 2.0.7" >&2
  exit 64
fi
version=$1
sums=nomad_${version}_SHA256SUMS
release=${NOMAD_RELEASES:-https://releases.hashicorp.com/nomad}/$version
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GNUPGHOME=$scratch
chmod 0700 "$scratch"

get() {
  curl --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' \
    --max-time 60 --retry 3 --output "$scratch/$2" "$1"
}

get "${HASHICORP_KEY_URL:-https://www.hashicorp.com/.well-known/pgp-key.txt}" key
get "$release/$sums" sums
get "$release/$sums.sig" signature

gpg --batch --quiet --import "$scratch/key"
# The status line names the primary key that the signature goes back to; a key that merely came along
# in the same file does not pass.
status=$(gpg --batch --status-fd 1 --verify "$scratch/signature" "$scratch/sums" 2>/dev/null) || true
if ! grep -q "^\[GNUPG:\] VALIDSIG .* $HASHICORP_FINGERPRINT\$" <<<"$status"; then
  echo "$release/$sums is not signed by $HASHICORP_FINGERPRINT" >&2
  exit 65
fi

# sum ARCHITECTURE
sum() {
  awk -v file="nomad_${version}_linux_$1.zip" '$2 == file { print $1; found = 1 } END { exit !found }' \
    "$scratch/sums"
}

amd64=$(sum amd64)
arm64=$(sum arm64)
echo "NOMAD_VERSION=$version"
echo "NOMAD_SHA256_AMD64=$amd64"
echo "NOMAD_SHA256_ARM64=$arm64"
echo "HASHICORP_FINGERPRINT=$HASHICORP_FINGERPRINT"
