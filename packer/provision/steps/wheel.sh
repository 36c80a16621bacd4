#!/usr/bin/env bash
# Step wheel: this project's wheel from SOURCE, a checkout, to DIRECTORY, by build tools of known
# checksums; equal sources make equal wheels.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

packages python3 python3-venv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A copy: building leaves things behind in its source, and what others left there must not come in.
mkdir "$scratch/source"
tar --create --directory "$SOURCE" --exclude='./.*' --exclude=./build --exclude=./dist \
  --exclude=./tests --exclude='*.egg-info' --exclude=__pycache__ . |
  tar --extract --directory "$scratch/source"

/usr/bin/python3 -m venv "$scratch/venv"
pip=("$scratch/venv/bin/python" -m pip --quiet --disable-pip-version-check)
"${pip[@]}" install --only-binary :all: --require-hashes --requirement \
  "$provision/../requirements-build.txt"
SOURCE_DATE_EPOCH=1577836800 "${pip[@]}" wheel --no-deps --no-build-isolation \
  --wheel-dir "$scratch/wheel" "$scratch/source"

install -d -m 0755 "$DIRECTORY"
rm -f "$DIRECTORY"/*.whl
install -m 0644 "$scratch"/wheel/*.whl "$DIRECTORY/"
