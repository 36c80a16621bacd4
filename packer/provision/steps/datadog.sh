#!/usr/bin/env bash
# Step datadog: the agent, from Datadog's signed repository, whose key is known by its fingerprint.
# It is not started: it has no API key yet.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

packages gpg
keyring=/usr/share/keyrings/datadog-archive-keyring.gpg
key_url=${DATADOG_KEY_URL:-https://keys.datadoghq.com/DATADOG_APT_KEY_CURRENT.public}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GNUPGHOME=$scratch

# fingerprint KEY_FILE: of the primary keys in it, one a line.
fingerprint() {
  gpg --batch --quiet --with-colons --show-keys "$1" |
    awk -F: '$1 == "pub" { wanted = 1 } $1 == "fpr" && wanted { print $10; wanted = 0 }'
}

if ! [[ -f $keyring && $(fingerprint "$keyring") == "$DATADOG_FINGERPRINT" ]]; then
  download "$key_url" "$scratch/key"
  found=$(fingerprint "$scratch/key")
  [[ $found == "$DATADOG_FINGERPRINT" ]] || bad 65 \
    "the key at $key_url is $found, not $DATADOG_FINGERPRINT: compare before you change versions.env"
  gpg --batch --quiet --dearmor <"$scratch/key" | put 0644 root:root "$keyring"
fi

put 0644 root:root /etc/apt/sources.list.d/datadog.list <<SOURCE
deb [signed-by=$keyring] ${APT_DATADOG:-https://apt.datadoghq.com} stable $DATADOG_AGENT_MAJOR
SOURCE

# Its package starts it as soon as it has a configuration; it has none before the machine is
# configured, so that an image holds no host's identity.
packages "datadog-agent${DATADOG_AGENT_VERSION:+=$DATADOG_AGENT_VERSION}"
