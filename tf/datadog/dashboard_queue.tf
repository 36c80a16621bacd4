# What waits, and for how long.

locals {
  target_marker = { at = var.target_wait_seconds, label = "target wait", level = "ok" }
  late_marker   = { at = local.late_seconds, label = "late", level = "error" }

  group_queue = {
    title  = "Queue"
    colour = "vivid_blue"
    widgets = [
      {
        kind  = "value"
        title = "Queue depth now"
        at    = [0, 0, 3, 3]
        note  = "Dispatched children that wait for a node, all jobs together."
        lines = [{ q = "sum:${var.prefix}.queue.pending{$pool,$job,$env}" }]
      },
      {
        kind    = "value"
        title   = "Oldest wait now"
        at      = [3, 0, 3, 3]
        note    = "Seconds for which the child that waits longest has waited. Yellow: above the target; red: late."
        lines   = [{ q = "max:${var.prefix}.queue.oldest_seconds{$pool,$job,$env}" }]
        formats = [[">", local.late_seconds, "white_on_red"], [">", var.target_wait_seconds, "white_on_yellow"], [">=", 0, "white_on_green"]]
      },
      {
        kind  = "value"
        title = "Running now"
        at    = [6, 0, 2, 3]
        note  = "Dispatched children at work."
        lines = [{ q = "sum:${var.prefix}.queue.running{$pool,$job,$env}" }]
      },
      {
        kind  = "monitors"
        title = "Monitors"
        at    = [8, 0, 4, 3]
      },
      {
        kind   = "series"
        title  = "Queue depth and running children by job"
        at     = [0, 3, 6, 4]
        note   = "Peaks, so that a short burst shows on a long graph. Marks: changes of capacity."
        events = true
        lines = [
          { alias = "pending", q = "sum:${var.prefix}.queue.pending{$pool,$job,$env} by {job}.rollup(max)", display = "area", palette = "warm" },
          { alias = "running", q = "sum:${var.prefix}.queue.running{$pool,$job,$env} by {job}.rollup(max)", palette = "cool" },
        ]
      },
      {
        kind    = "series"
        title   = "Oldest wait against the target"
        at      = [6, 3, 6, 4]
        note    = "Above the dashed red line the monitor alerts: target, and time for a boot."
        markers = [local.target_marker, local.late_marker]
        lines   = [{ alias = "oldest wait", q = "max:${var.prefix}.queue.oldest_seconds{$pool,$job,$env} by {job}.rollup(max)", palette = "orange" }]
      },
      {
        kind    = "series"
        title   = "Waits: from dispatch to placement"
        at      = [0, 7, 4, 3]
        note    = "Of children that ended well, when they ended: a long encode tells of its wait late."
        markers = [local.target_marker]
        lines   = [for one in local.spread : { alias = one[0], q = "${one[1]}:${var.prefix}.queue.wait_seconds{$pool,$job,$env} by {job}" }]
      },
      {
        kind  = "series"
        title = "Waiting for what no node would change"
        at    = [4, 7, 4, 3]
        note  = "Unplaceable: fits no node. Held: by a constraint, a quota, or another job at the head of Nomad's queue. Nothing is bought for either."
        lines = [
          { alias = "unplaceable", q = "sum:${var.prefix}.queue.unplaceable{$pool,$job,$env} by {job}.rollup(max)", display = "area", palette = "red" },
          { alias = "held", q = "sum:${var.prefix}.queue.held{$pool,$job,$env} by {job,reason}.rollup(max)", palette = "purple" },
        ]
      },
      {
        kind  = "series"
        title = "Service time: how long a child works"
        at    = [8, 7, 4, 3]
        note  = "Once for each child that ended well; what the backlog strategy forecasts with."
        lines = [for one in local.spread : { alias = one[0], q = "${one[1]}:${var.prefix}.service.seconds{$pool,$job,$env} by {job}" }]
      },
    ]
  }
}
