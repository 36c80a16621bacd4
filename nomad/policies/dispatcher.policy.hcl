# What who sends videos may do: transcoder dispatch, with --wait, and transcoder status.
#
#   nomad acl policy apply -description "Sends videos" dispatcher nomad/policies/dispatcher.policy.hcl
#   nomad acl token create -name uploads -type client -policy dispatcher
#
# Nomad gives rights by namespace, not by job: who may dispatch here may dispatch every
# parameterized job of the namespace.  Where there are others, give the transcode job a namespace of
# its own.

#   dispatch-job   /v1/job/:id/dispatch
#   list-jobs      /v1/jobs: how the children stand (--wait, status)
#   read-job       /v1/job/:id, its allocations: what became of each (--wait, status)
#   read-logs      /v1/client/fs/logs: how far it is, and why it failed (--wait, status)
namespace "default" {
  capabilities = ["dispatch-job", "list-jobs", "read-job", "read-logs"]
}
