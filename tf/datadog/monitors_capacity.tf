# Nodes that are asked for and do not come.

locals {
  monitors_capacity = {
    launch_failures = {
      name        = "AWS cannot launch instances"
      query       = "sum(last_30m):sum:${var.prefix}.launch_failures{${local.pool_scope}} by {pool,group,kind}.as_count()"
      compare     = ">="
      threshold   = var.thresholds.launch_failures
      warn        = 1
      window_full = false
      # No failure is sent as nothing, which is zero.
      missing  = "default"
      priority = 2
      what     = "Group {{group.name}} of pool {{pool.name}} has failed to launch {{value}} instances in half an hour, each for this reason: {{kind.name}}. The group rests between tries; the next one in the list is used meanwhile, where there is one."
      look     = "`autoscaler status`: AWS's own words, and the mend for this kind."
      runbook  = "aws-cannot-launch-instances"
    }
    never_joined = {
      name        = "instances never join Nomad"
      query       = "sum(last_1h):sum:${var.prefix}.never_joined{${local.pool_scope}} by {pool}.as_count()"
      compare     = ">="
      threshold   = var.thresholds.never_joined
      warn        = 1
      window_full = false
      missing     = "default"
      priority    = 2
      what        = "{{value}} instances of pool {{pool.name}} were in service for boot_timeout and never became Nomad nodes. They were ended and replaced; after unjoined_max in a row buying pauses."
      look        = "The instance's console output (`aws ec2 get-console-output --latest --instance-id I`) and, on one that still runs, `journalctl -u nomad`."
      runbook     = "instances-never-join-nomad"
    }
  }
}
