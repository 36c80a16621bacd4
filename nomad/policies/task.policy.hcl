# What a transcode may do in Nomad: nothing.  It gets all that it needs from its environment, and asks
# no server.  So it needs no token, and the job asks for none: leave out `identity`.
#
# From Nomad 1.4 on each task has an identity all the same, which may read the job's own variables
# (nomad/jobs/transcode: where static credentials are, if there are any) and the list of services.
# This makes sure that it stays at that, whatever else may be given to all:
#
#   nomad acl policy apply -namespace default -job transcode transcode-task nomad/policies/task.policy.hcl

namespace "*" {
  policy = "deny"
}

node {
  policy = "deny"
}

agent {
  policy = "deny"
}

operator {
  policy = "deny"
}
