# shellcheck shell=bash
# shellcheck disable=SC2154,SC2164 # server.sh and client.sh, which source this, set `here` and -e.
# What the two share.

# Functions' failures are told, too.
set -E
step=start
trap 'echo "cluster-setup: failed at step: $step" >&2' ERR

# begin WHAT: say what comes, so that a failure can be told by it.
begin() {
  step=$1
  echo "cluster-setup: $step"
}

# load_environment FILE: every line of it, for the scripts that are called too.
load_environment() {
  set -a
  # shellcheck disable=SC1090 # Terraform writes it.
  . "$1"
  set +a
}

# install_programs: what the image does not have; nothing where it was baked.
install_programs() {
  [[ -n $ROLES ]] || return 0
  begin "install $ROLES"
  # shellcheck disable=SC2086 # One word for each role.
  "$here/packer/provision/install.sh" $ROLES
}

# secret VERB NAME: see secret.py.  A launcher that is older than SDK_PYTHON has seen to the system's
# Python.
secret() {
  "${SDK_PYTHON:-/usr/bin/python3}" "$here/boot/secret.py" --region "$REGION" "$@"
}

# make_certificates: the CA and the clients' certificate once for the cluster, into the Parameter
# Store; the server's own where this machine has none by that CA.  In a directory of its own.
make_certificates() (
  local work known=0 tls=/etc/nomad.d/tls clients=$SECRETS_PATH/nomad/client-tls
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  secret get "$clients/ca.pem" >ca.pem || known=$?
  case $known in
    0) ;;
    3) make_ca "$clients" ;;
    # Not to be read is not the same as not there: a second CA would cut off whoever has the first.
    *) return "$known" ;;
  esac
  if [[ ! -s $tls/agent-key.pem ]] || ! cmp --silent ca.pem "$tls/ca.pem"; then
    (umask 077 && secret get "$SECRETS_PATH/nomad/ca-key" >ca-key.pem)
    nomad tls cert create -server -region global -days 3650 -ca ca.pem -key ca-key.pem \
      -additional-ipaddress "$(hostname --all-ip-addresses | cut -d ' ' -f 1)"
    install -d -m 0755 "$tls"
    install -m 0600 -o nomad -g nomad global-server-nomad-key.pem "$tls/agent-key.pem"
    install -m 0644 global-server-nomad.pem "$tls/agent.pem"
    install -m 0644 ca.pem "$tls/ca.pem"
  fi
)

# make_ca CLIENTS: ca.pem here, and what others need of it in the Parameter Store.
make_ca() {
  nomad tls ca create -days 3650
  nomad tls cert create -client -region global -days 3650 \
    -ca nomad-agent-ca.pem -key nomad-agent-ca-key.pem
  secret put "$SECRETS_PATH/nomad/ca-key" <nomad-agent-ca-key.pem
  secret put "$1/agent-key.pem" <global-client-nomad-key.pem
  secret put "$1/agent.pem" <global-client-nomad.pem
  # The last one: where it is, clients take the others to be there.
  secret put "$1/ca.pem" <nomad-agent-ca.pem
  mv nomad-agent-ca.pem ca.pem
}
