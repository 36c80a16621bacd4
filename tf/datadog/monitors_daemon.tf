# The autoscaler itself.

locals {
  monitors_daemon = {
    daemon_silent = {
      name = "the daemon is silent"
      # Each cycle sends its length, a failed one too.  By pool, so that one that hangs is seen; a
      # pool that was taken out of the configuration is told once, and forgotten after a day.
      query       = "sum(last_10m):count:${var.prefix}.cycle.seconds{${local.pool_scope}} by {pool}.as_count()"
      compare     = "<"
      threshold   = 1
      window_full = false
      missing     = "show_and_notify_no_data"
      priority    = 1
      what        = "No cycle of pool {{pool.name}} has ended in ten minutes, as far as Datadog knows: the daemon is down or hangs, or its metrics do not arrive. What runs goes on; nobody scales."
      look        = "On its machine: `systemctl status autoscaler`, then `autoscaler status`."
      runbook     = "the-daemon-is-silent"
    }
    cycles_fail = {
      name        = "cycles fail"
      query       = "min(last_5m):max:${var.prefix}.seconds_since_success{${local.pool_scope}} by {pool}"
      compare     = ">"
      threshold   = var.thresholds.cycle_failing_seconds
      window_full = false
      # A silent daemon has a monitor of its own.
      missing  = "show_no_data"
      priority = 2
      what     = "Pool {{pool.name}} has had no good cycle for {{value}} s: Nomad or AWS cannot be read, or refuse what is asked. No node is let go meanwhile, and only what is surely needed is bought."
      look     = "`autoscaler status`: which of the two, its words, and the mend. Then `autoscaler check --config FILE`."
      runbook  = "cycles-fail"
    }
    paused_long = {
      name        = "a pool has been paused for long"
      query       = "min(last_${var.thresholds.paused_window}):max:${var.prefix}.paused{${local.pool_scope}} by {pool}"
      compare     = ">"
      threshold   = 0
      window_full = true
      missing     = "show_no_data"
      priority    = 4
      what        = "Pool {{pool.name}} has been paused for ${var.thresholds.paused_window}: it is observed, and neither grows nor shrinks."
      look        = "`autoscaler status`: who paused it, why, and until when."
      runbook     = "a-pool-has-been-paused-for-long"
    }
    queue_drift = {
      name        = "Nomad's count of pending children is off"
      query       = "min(last_1h):abs(max:${var.prefix}.queue.drift{${local.pool_scope}} by {pool,job})"
      compare     = ">"
      threshold   = var.thresholds.drift
      window_full = false
      missing     = "show_no_data"
      priority    = 5
      what        = "Nomad's own count of pending children of {{job.name}} has been off its list by {{value}} for an hour. The autoscaler counts for itself; other readers of that count do not."
      look        = "`nomad job status {{job.name}}`: the summary's figures beside the children that are listed."
      runbook     = "nomads-count-of-pending-children-is-off"
    }
    metrics_dropped = {
      name        = "metrics were dropped"
      query       = "sum(last_1h):sum:${var.prefix}.datadog.dropped{${local.task_scope}}.as_count()"
      compare     = ">"
      threshold   = 0
      window_full = false
      missing     = "default"
      priority    = 5
      what        = "{{value}} packets or points of the autoscaler did not reach Datadog in the last hour. Graphs and other monitors may have gaps."
      look        = "`autoscaler status`, and whether the agent runs: `systemctl status datadog-agent`."
      runbook     = "metrics-are-dropped"
    }
  }
}
