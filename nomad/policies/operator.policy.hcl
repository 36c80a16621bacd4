# What people may do who look, and change nothing: nomad job status, alloc logs, node status, the
# web interface, autoscaler check and explain.
#
#   nomad acl policy apply -description "People: read" operator nomad/policies/operator.policy.hcl
#   nomad acl token create -name alice -type client -policy operator
#
# Who registers the job needs submit-job in its namespace besides; who makes policies and tokens, a
# management token, which nobody keeps in their pocket.

namespace "*" {
  policy       = "read"
  capabilities = ["read-logs"]
}

node {
  policy = "read"
}

# nomad server members, agent-info, monitor.
agent {
  policy = "read"
}

# nomad operator scheduler get-config, autopilot get-config.
operator {
  policy = "read"
}
