# A Nomad server, from Nomad 1.0 on: /etc/nomad.d/10-server.hcl, which render.sh beside this file puts
# there as it is.  It starts as it stands; what differs from site to site is in 20-server.hcl
# (server.site.hcl.tpl), 30-gossip.hcl and 40-tls.hcl, which render.sh fills in.
#
#   nomad agent -config /etc/nomad.d
#
# Nomad reads the directory's files by name and the later one wins: what is to be otherwise on your
# machines goes into 90-local.hcl, which nothing here touches.

data_dir             = "/opt/nomad/data"
disable_update_check = true

server {
  enabled          = true
  bootstrap_expect = 1

  # For so long it is known what became of a child: `transcoder status` tells in the morning what
  # failed in the night, and `transcoder dispatch --wait` whose machine slept how its children ended.
  # The daemon needs minutes.  Nomad's own four hours are too short for people; each dead child
  # takes a few KiB of the server's memory and is read at each recount of the queue, so that a week
  # would be too long.  A child's evaluations and allocations stay as long (from Nomad 1.4.5 on by
  # batch_eval_gc_threshold, a day by itself).
  job_gc_threshold  = "24h"
  eval_gc_threshold = "1h"

  # The daemon removes the records of nodes that it has let go of; this is for all others.
  node_gc_threshold = "24h"

  # A node that is silent for so long, after its heartbeat's own time, is down, and what it ran is
  # placed again.  Less, and a node that boots under load is taken for lost while it works.
  heartbeat_grace = "10s"
}

# Nobody may do anything without a token; policies/ has the rights of each.  Once, on one server:
# nomad acl bootstrap.
acl {
  enabled = true
}

# A stop of the agent is an upgrade or a reboot, not a farewell: a server that leaves gives up its
# vote, and the last one that does so leaves a cluster that does not come back by itself.
leave_on_interrupt = false
leave_on_terminate = false

# To the Datadog agent of this machine; where there is none, the packets are lost, and nothing else.
telemetry {
  datadog_address     = "127.0.0.1:8125"
  collection_interval = "10s"
  # The Datadog agent names the host.
  disable_hostname = true
  # Else each dispatched child is a set of metrics of its own, which Datadog counts and bills.
  disable_dispatched_job_summary_metrics = true
  publish_allocation_metrics             = false
  publish_node_metrics                   = false
}

# No Consul is asked for the way; where you have one, say so in 90-local.hcl.
consul {
  auto_advertise   = false
  client_auto_join = false
  server_auto_join = false
}
