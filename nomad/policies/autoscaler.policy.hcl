# What the autoscaler's token may do: exactly what the daemon calls.
#
#   nomad acl policy apply -description "The autoscaler" autoscaler nomad/policies/autoscaler.policy.hcl
#   nomad acl token create -name autoscaler -type client -policy autoscaler
#
# Where it runs as a job (autoscaler.nomad.hcl), from Nomad 1.5 on, no token is made; the policy is
# the job's:
#
#   nomad acl policy apply -namespace default -job autoscaler autoscaler nomad/policies/autoscaler.policy.hcl

# In all namespaces, for what others run on the pool's nodes keeps those nodes, too.
#   list-jobs   /v1/jobs (the children that wait), /v1/queue/jobs (Nomad 2.1)
#   read-job    /v1/job/:id, its summary, evaluations and allocations; /v1/allocations, /v1/allocation/:id
namespace "*" {
  capabilities = ["list-jobs", "read-job"]
}

# read: /v1/nodes, /v1/node/:id.  write: eligibility (to cordon and un-cordon), purge of nodes that
# were let go.  Nomad has no finer right; with it the daemon could drain nodes, which it never does.
node {
  policy = "write"
}

# For `autoscaler check` to tell Nomad's version, and for nothing else; it also shows the agent's
# configuration.
#
#   agent {
#     policy = "read"
#   }
