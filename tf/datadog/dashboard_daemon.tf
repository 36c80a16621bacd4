# Whether the autoscaler itself is well.

locals {
  group_daemon = {
    title  = "Daemon"
    colour = "vivid_orange"
    widgets = [
      {
        kind    = "value"
        title   = "Seconds since the last good cycle"
        at      = [0, 0, 3, 3]
        note    = "Good: everything was read and done. No value: the daemon is silent."
        lines   = [{ q = "max:${var.prefix}.seconds_since_success{$pool,$env}" }]
        formats = [[">", var.thresholds.cycle_failing_seconds, "white_on_red"], [">", 60, "white_on_yellow"], [">=", 0, "white_on_green"]]
      },
      {
        kind    = "value"
        title   = "Pools paused now"
        at      = [3, 0, 3, 3]
        note    = "Paused by people: observed and reported on, not acted upon. autoscaler resume ends it."
        lines   = [{ q = "sum:${var.prefix}.paused{$pool,$env}" }]
        formats = [[">", 0, "white_on_yellow"], [">=", 0, "white_on_green"]]
      },
      {
        kind  = "check"
        title = "Nomad can be read"
        at    = [6, 0, 3, 3]
        check = "${var.prefix}.nomad"
      },
      {
        kind  = "check"
        title = "AWS can be read"
        at    = [9, 0, 3, 3]
        check = "${var.prefix}.aws"
      },
      {
        kind  = "series"
        title = "Errors by stage"
        at    = [0, 3, 4, 3]
        note  = "Stage: the system that could not be read or refused an action. Its words are in the log and in autoscaler status."
        lines = [{ alias = "errors", q = "sum:${var.prefix}.cycle.errors{$pool,$env} by {stage}.as_count()", display = "bars", palette = "warm" }]
      },
      {
        kind  = "series"
        title = "How long a cycle takes"
        at    = [4, 3, 4, 3]
        note  = "Seconds. Slow cycles are slow answers of Nomad or AWS."
        lines = [for one in local.spread : { alias = one[0], q = "${one[1]}:${var.prefix}.cycle.seconds{$pool,$env} by {pool}" }]
      },
      {
        kind  = "series"
        title = "Nomad's count off its list, and metrics dropped"
        at    = [8, 3, 4, 3]
        note  = "Drift: children by which Nomad's own count of pending is off; the daemon counts for itself. Dropped: gaps on these graphs may be that."
        lines = [
          { alias = "drift", q = "max:${var.prefix}.queue.drift{$pool,$job,$env} by {job}", palette = "purple" },
          { alias = "dropped", q = "sum:${var.prefix}.datadog.dropped{$env}.as_count()", display = "bars", palette = "red" },
        ]
      },
      {
        kind  = "series"
        title = "Daemons that act upon the pool"
        at    = [0, 6, 12, 3]
        note  = "One, always: of several daemons one leads, the others stand by. None: nobody scales. Two: they have no common lock."
        lines = [{ alias = "lead", q = "sum:${var.prefix}.leader{$pool,$env} by {pool}" }]
      },
    ]
  }
}
