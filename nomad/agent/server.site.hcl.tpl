# What this server is told of its site; written by render.sh, and again at its next run.

region     = "${NOMAD_REGION}"
datacenter = "${DATACENTER}"

# 0.0.0.0: who may reach it is the security group's business; ACLs ask each for a token.
bind_addr = "${BIND_ADDRESS}"

addresses {
  http = "${HTTP_ADDRESS}"
}

# By which others find this agent.
advertise {
  http = "${ADVERTISE_ADDRESS}"
  rpc  = "${ADVERTISE_ADDRESS}"
  serf = "${ADVERTISE_ADDRESS}"
}

server {
  bootstrap_expect = ${SERVER_COUNT}

  server_join {
    retry_join     = [${SERVERS}]
    retry_interval = "15s"
    retry_max      = 0 # For ever: a server that came first waits for the others.
  }
}
