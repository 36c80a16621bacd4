# Work that waits.

locals {
  monitors_queue = {
    oldest_wait = {
      name        = "a child waits longer than the target"
      query       = "min(last_10m):max:${var.prefix}.queue.oldest_seconds{${local.pool_scope}} by {pool}"
      compare     = ">"
      threshold   = local.late_seconds
      window_full = true
      # The queue was not read: how old its head is, nobody knows; the daemon's monitors speak.
      missing  = "show_no_data"
      priority = 3
      what     = "In pool {{pool.name}} a child has waited for {{value}} s; ${var.target_wait_seconds} s is the target, and all beyond ${local.late_seconds} s is late."
      look     = "`autoscaler status`, then `autoscaler explain --pool {{pool.name}}`: it says for which child, and what it waits for."
      runbook  = "a-child-waits-longer-than-the-target"
    }
    unplaceable = {
      name        = "children that fit no node"
      query       = "min(last_10m):max:${var.prefix}.queue.unplaceable{${local.pool_scope}} by {pool,job}"
      compare     = ">"
      threshold   = 0
      window_full = true
      missing     = "show_no_data"
      priority    = 3
      what        = "{{value}} pending children of {{job.name}} fit no node that pool {{pool.name}} could buy. Nothing is bought for them; they wait until their ask or the nodes change."
      look        = "`autoscaler explain --job ID` with the id of one of them: it names the resource or constraint that no node meets."
      runbook     = "children-that-fit-no-node"
    }
    held = {
      name        = "children held by something else than capacity"
      query       = "min(last_15m):max:${var.prefix}.queue.held{${local.pool_scope}} by {pool,job,reason}"
      compare     = ">"
      threshold   = 0
      window_full = true
      missing     = "show_no_data"
      priority    = 3
      what        = "{{value}} pending children of {{job.name}} are held by {{reason.name}} (queue: another job at the head of Nomad's queue). More nodes would not start them, so none are bought."
      look        = "`autoscaler explain --job ID` with the id of one of them: it has Nomad's own words."
      runbook     = "children-held-by-something-else-than-capacity"
    }
  }

  parts_queue = {
    waits_for_room = {
      name = "children wait for room, and the pool is not paused"
      of   = "the queue does not drain; the pool is at its maximum"
      query = join("", [
        "min(last_15m):(sum:${var.prefix}.queue.pending{${local.pool_scope}} by {pool}",
        " - sum:${var.prefix}.queue.unplaceable{${local.pool_scope}} by {pool}",
        " - sum:${var.prefix}.queue.held{${local.pool_scope}} by {pool})",
        " * (1 - max:${var.prefix}.paused{${local.pool_scope}} by {pool})",
      ])
      compare     = ">"
      threshold   = 0
      window_full = true
    }
    queue_falls = {
      name        = "the queue is shorter than a quarter of an hour ago"
      of          = "the queue does not drain"
      query       = "change(avg(last_5m),last_15m):sum:${var.prefix}.queue.pending{${local.pool_scope}} by {pool}"
      compare     = "<"
      threshold   = 0
      window_full = false
    }
    nodes_in_flight = {
      name        = "nodes are on their way"
      of          = "the queue does not drain"
      query       = "max(last_15m):sum:${var.prefix}.nodes.in_flight{${local.pool_scope}} by {pool}"
      compare     = ">"
      threshold   = 0
      window_full = false
    }
    at_bound = {
      name = "the pool is at its maximum"
      of   = "the queue does not drain; the pool is at its maximum"
      query = join("", [
        "min(last_15m):sum:${var.prefix}.group.desired{${local.pool_scope}} by {pool}",
        var.size_max != null ? "" : " - sum:${var.prefix}.group.max{${local.pool_scope}} by {pool}",
      ])
      compare     = ">="
      threshold   = coalesce(var.size_max, 0)
      window_full = true
    }
  }

  composites_queue = {
    queue_not_draining = {
      name = "the queue does not drain"
      # Late, waiting for room and for nothing else, not getting shorter; nothing on its way, and
      # nothing forbids to buy.
      all      = ["oldest_wait", "waits_for_room"]
      none     = ["queue_falls", "nodes_in_flight", "at_bound"]
      priority = 2
      what     = "In pool {{pool.name}} children wait for room, longer than they should, and for a quarter of an hour nothing has come of it: the queue is no shorter, no node is on its way, and there is room to buy some."
      look     = "`autoscaler status`: what is wrong, and the mend. Then `autoscaler explain --pool {{pool.name}}`: the rule that holds."
      runbook  = "the-queue-does-not-drain"
    }
    at_maximum = {
      name     = "the pool is at its maximum, and children wait"
      all      = ["oldest_wait", "waits_for_room", "at_bound"]
      none     = []
      priority = 4
      what     = "Pool {{pool.name}} has all the nodes that it may have, and children wait longer than the target. The queue drains at the pace of those nodes."
      look     = "`autoscaler explain --pool {{pool.name}}`: whose maximum it is, the pool's or the group's."
      runbook  = "the-pool-is-at-its-maximum-and-children-wait"
    }
  }
}
