# What this client is told of its site; written by render.sh, and again at its next run.

region     = "${NOMAD_REGION}"
datacenter = "${DATACENTER}"
bind_addr  = "${BIND_ADDRESS}"

# Nobody but this machine has any need of its HTTP API: logs are read through the servers.
addresses {
  http = "${HTTP_ADDRESS}"
}

advertise {
  http = "${ADVERTISE_ADDRESS}"
  rpc  = "${ADVERTISE_ADDRESS}"
  serf = "${ADVERTISE_ADDRESS}"
}

client {
  node_class = "${NODE_CLASS}"${NODE_POOL_LINE}

  # For people and constraints; the daemon joins nodes to instances by what EC2 says.
  meta {
    cluster = "${CLUSTER}"
    group   = "${ASG_NAME}"
  }

  server_join {
    retry_join     = [${SERVERS}]
    retry_interval = "5s"
    retry_max      = 0 # For ever: an instance that boots before its server has to wait for it.
  }
}
