#!/usr/bin/env bash
# venv.sh NAME REQUIREMENTS: this project in /opt/NAME, and its command of that name, where it has one,
# in /usr/local/bin; called by the steps transcoder, autoscaler and local-aws.
#
# What it depends on is installed first, from REQUIREMENTS, which names a version and the checksums of
# each; then the wheel alone.  A note in the environment says what was installed from
# which files, so that the same is not installed again.

# shellcheck source=packer/provision/steps/ground.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/ground.sh"

name=$1
home=/opt/$name
requirements=$provision/../$2
wheel=${WHEEL:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

packages python3 python3-venv
python=$(/usr/bin/python3 -c 'import sys; print(".".join(map(str, sys.version_info[:2])))')
dpkg --compare-versions "$python" ge 3.11 || bad 78 "python3 is $python: 3.11 or later is needed"

# pip ARGUMENTS...: quiet, bounded, and deaf to what pip says of itself.
pip() {
  "$home/bin/python" -m pip --quiet --disable-pip-version-check --no-input --timeout 30 "$@"
}

# fetch_wheel: the wheel named by WHEEL is in $scratch, and is what WHEEL_SHA256 says.
fetch_wheel() {
  case $wheel in
    s3://*) "$home/bin/python" "$provision/aws.py" object "$wheel" "$scratch/${wheel##*/}" ;;
    https://*) download "$wheel" "$scratch/${wheel##*/}" ;;
    *) cp -- "$wheel" "$scratch/" ;;
  esac
  [[ -z ${WHEEL_SHA256:-} ]] || has_sum "$scratch/${wheel##*/}" "$WHEEL_SHA256"
}

# note: what the environment holds when it is made; a local wheel by its content.
note() {
  echo "python $python"
  sha256sum <"$requirements"
  if [[ -f $wheel ]]; then
    sha256sum <"$wheel"
  else
    echo "${wheel:-$AUTOSCALER_VERSION} ${WHEEL_SHA256:-}"
  fi
}

case $wheel in
  "" | s3://*.whl) ;;
  https://*.whl)
    [[ -n ${WHEEL_SHA256:-} ]] || bad 78 "WHEEL is an address: WHEEL_SHA256 has to say what it is"
    ;;
  *.whl) [[ -r $wheel ]] || bad 66 "WHEEL is $wheel, which cannot be read" ;;
  *) bad 78 "WHEEL is '$wheel': the path, https:// or s3:// of a .whl file" ;;
esac

installed=$(cat "$home/.installed" 2>/dev/null) || installed=
if [[ $installed != "$(note)" ]]; then
  # What was interrupted, or made for another Python, is made anew; all else is upgraded in place.
  rm -f "$home/.installed"
  [[ $installed == "python $python"$'\n'* ]] || /usr/bin/python3 -m venv --clear "$home"
  pip install --only-binary :all: --require-hashes --requirement "$requirements"
  if [[ -n $wheel ]]; then
    fetch_wheel
    pip install --no-deps --force-reinstall "$scratch/${wheel##*/}"
  else
    pip install --no-deps --only-binary :all: "nomad-queue-autoscaler==$AUTOSCALER_VERSION"
  fi
  pip check
  note >"$home/.installed"
  echo "    $home"
fi

[[ ! -e $home/bin/$name || $(readlink "/usr/local/bin/$name") == "$home/bin/$name" ]] ||
  ln -sfn "$home/bin/$name" "/usr/local/bin/$name"
