#!/usr/bin/env bash
# Write the configuration of a Nomad agent from the files beside this script and the environment.
#
#   DATACENTER=dc1 REGION=us-east-1 SERVER_TAG_KEY=nomad-server SERVER_TAG_VALUE=videos \
#     render.sh client /etc/nomad.d
#   render.sh server /etc/nomad.d
#
# For both roles on one machine, run it for each.  It can be run again; each file is replaced whole.
#
#   10-server.hcl, 10-client.hcl   server.hcl, client.hcl, as they are
#   20-server.hcl, 20-client.hcl   from *.site.hcl.tpl
#   30-gossip.hcl                  server, where GOSSIP_KEY is given; else it is removed
#   40-tls.hcl                     where NOMAD_TLS is true; else it is removed
#   90-local.hcl                   is yours: never touched
#
# The environment; empty is the same as absent:
#
#   NOMAD_REGION       Nomad's own region                                global
#   DATACENTER         Nomad's datacenter                                dc1
#   BIND_ADDRESS       where the agent listens                           0.0.0.0
#   HTTP_ADDRESS       where its HTTP API listens                        server: BIND_ADDRESS
#                                                                        client: 127.0.0.1
#   ADVERTISE_ADDRESS  by which others find it                           {{ GetPrivateIP }}
#   SERVER_ADDRESSES   servers, separated by commas or blanks; or:
#   REGION, SERVER_TAG_KEY, SERVER_TAG_VALUE
#                      the AWS region and the tag by which servers are found (the instance's role
#                      needs ec2:DescribeInstances).  A client needs one of the two; a server that is
#                      the only one needs none.
#   SERVER_COUNT       servers that make the cluster                     1
#   NODE_CLASS         the client's class                                transcode
#   NODE_POOL          the client's node pool, from Nomad 1.6 on         none
#   CLUSTER, ASG_NAME  the client's meta: cluster, group                 none
#   GOSSIP_KEY         32 bytes in base64; in the environment, never in an argument
#   NOMAD_TLS          true or false                                     false
#   TLS_DIR            where ca.pem, agent.pem, agent-key.pem are        DIRECTORY/tls
#   OWNER              user:group of what is written                     as it comes
#
# Exit codes: 0 written; 64 the wrong arguments; 78 a value that cannot be used, and nothing written.

set -euo pipefail
umask 022

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
problems=()

usage() {
  echo "usage: render.sh server|client DIRECTORY" >&2
  exit 64
}

# wants NAME PATTERN MEND: the value of the variable NAME is empty or matches the whole pattern.
wants() {
  local value=${!1}
  if [[ -n $value && ! $value =~ ^($2)$ ]]; then
    problems+=("$1 is '$value': $3")
  fi
}

# settle: the environment, its defaults, and what is wrong with it.
settle() {
  NOMAD_REGION=${NOMAD_REGION:-global}
  DATACENTER=${DATACENTER:-dc1}
  BIND_ADDRESS=${BIND_ADDRESS:-0.0.0.0}
  [[ $role == server ]] && HTTP_ADDRESS=${HTTP_ADDRESS:-$BIND_ADDRESS}
  HTTP_ADDRESS=${HTTP_ADDRESS:-127.0.0.1}
  ADVERTISE_ADDRESS=${ADVERTISE_ADDRESS:-'{{ GetPrivateIP }}'}
  SERVER_ADDRESSES=${SERVER_ADDRESSES:-}
  REGION=${REGION:-}
  SERVER_TAG_KEY=${SERVER_TAG_KEY:-}
  SERVER_TAG_VALUE=${SERVER_TAG_VALUE:-}
  SERVER_COUNT=${SERVER_COUNT:-1}
  NODE_CLASS=${NODE_CLASS:-transcode}
  NODE_POOL=${NODE_POOL:-}
  CLUSTER=${CLUSTER:-}
  ASG_NAME=${ASG_NAME:-}
  GOSSIP_KEY=${GOSSIP_KEY:-}
  NOMAD_TLS=${NOMAD_TLS:-false}
  TLS_DIR=${TLS_DIR:-$directory/tls}

  local word='[A-Za-z0-9][A-Za-z0-9_.-]*' address='[0-9A-Fa-f.:]+|\{\{ [A-Za-z0-9 "|.]+ \}\}'
  local tag='[A-Za-z0-9_.:/=+@-]+'
  wants NOMAD_REGION "$word" "letters, digits, dots, dashes"
  wants DATACENTER "$word" "letters, digits, dots, dashes"
  wants BIND_ADDRESS "$address" "an IP address, or a template such as {{ GetPrivateIP }}"
  wants HTTP_ADDRESS "$address" "an IP address, or a template such as {{ GetPrivateIP }}"
  wants ADVERTISE_ADDRESS "$address" "an IP address, or a template such as {{ GetPrivateIP }}"
  wants SERVER_ADDRESSES '[][A-Za-z0-9_.:,[:space:]-]+' \
    "hosts or IP addresses, separated by commas or blanks"
  wants REGION '[a-z0-9-]+' "an AWS region, such as us-east-1"
  wants SERVER_TAG_KEY "$tag" "a tag's key without blanks"
  wants SERVER_TAG_VALUE "$tag" "a tag's value without blanks"
  wants SERVER_COUNT '[1357]' "1, 3, 5 or 7"
  wants NODE_CLASS "$word" "letters, digits, dots, dashes"
  wants NODE_POOL "$word" "letters, digits, dots, dashes"
  wants CLUSTER "$word" "letters, digits, dots, dashes"
  wants ASG_NAME '[A-Za-z0-9_./ -]+' "the name of an Auto Scaling group"
  wants NOMAD_TLS 'true|false' "true or false"
  wants TLS_DIR '/[A-Za-z0-9_./-]+' "an absolute path without blanks"
  if [[ -n $GOSSIP_KEY && ! $GOSSIP_KEY =~ ^[A-Za-z0-9+/]{43}=$ ]]; then
    problems+=("GOSSIP_KEY is not 32 bytes in base64: nomad operator gossip keyring generate")
  fi
  settle_servers
  settle_tls
}

settle_servers() {
  local one
  SERVERS=
  if [[ -n $SERVER_ADDRESSES ]]; then
    for one in ${SERVER_ADDRESSES//,/ }; do
      SERVERS+="${SERVERS:+, }\"$one\""
    done
  elif [[ -n $SERVER_TAG_KEY && -n $SERVER_TAG_VALUE && -n $REGION ]]; then
    SERVERS="\"provider=aws region=$REGION tag_key=$SERVER_TAG_KEY tag_value=$SERVER_TAG_VALUE"
    SERVERS+=" addr_type=private_v4\""
  elif [[ -n $SERVER_TAG_KEY || -n $SERVER_TAG_VALUE ]]; then
    problems+=("REGION, SERVER_TAG_KEY and SERVER_TAG_VALUE are wanted together")
  elif [[ $role == client || $SERVER_COUNT != 1 ]]; then
    problems+=("no servers: set SERVER_ADDRESSES, or REGION, SERVER_TAG_KEY and SERVER_TAG_VALUE")
  fi
  # shellcheck disable=SC2034 # Used by its name, in filled.
  NODE_POOL_LINE=${NODE_POOL:+$'\n'  node_pool  = \"$NODE_POOL\"}
}

settle_tls() {
  local file
  [[ $NOMAD_TLS == true ]] || return 0
  for file in ca.pem agent.pem agent-key.pem; do
    [[ -r $TLS_DIR/$file ]] || problems+=("NOMAD_TLS is true, and $TLS_DIR/$file cannot be read")
  done
}

# put MODE TARGET: what comes on the standard input becomes the file, at once and whole.
put() {
  local new
  new=$(mktemp "$directory/.render.XXXXXX")
  cat >"$new"
  chmod "$1" "$new"
  [[ -z ${OWNER:-} ]] || chown "$OWNER" "$new"
  mv -f "$new" "$directory/$2"
}

# filled TEMPLATE: the template with its ${NAME}s put in.
filled() {
  local text name
  text=$(<"$here/$1")
  for name in NOMAD_REGION DATACENTER BIND_ADDRESS HTTP_ADDRESS ADVERTISE_ADDRESS SERVERS \
    SERVER_COUNT NODE_CLASS NODE_POOL_LINE CLUSTER ASG_NAME GOSSIP_KEY TLS_DIR; do
    text=${text//"\${$name}"/"${!name}"}
  done
  printf '%s\n' "$text"
}

[[ $# -eq 2 && ($1 == server || $1 == client) ]] || usage
role=$1 directory=${2%/}
settle
if ((${#problems[@]})); then
  printf 'render.sh: %s\n' "${problems[@]}" >&2
  exit 78
fi

mkdir -p "$directory"
put 0644 "10-$role.hcl" <"$here/$role.hcl"
filled "$role.site.hcl.tpl" | put 0644 "20-$role.hcl"
if [[ $role == server ]]; then
  rm -f "$directory/30-gossip.hcl"
  [[ -z $GOSSIP_KEY ]] || filled gossip.hcl.tpl | put 0600 30-gossip.hcl
fi
rm -f "$directory/40-tls.hcl"
[[ $NOMAD_TLS == false ]] || filled tls.hcl.tpl | put 0644 40-tls.hcl
