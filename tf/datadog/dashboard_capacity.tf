# Nodes, groups, what was decided, and what AWS made of it.

locals {
  group_capacity = {
    title  = "Nodes and decisions"
    colour = "vivid_green"
    widgets = [
      {
        kind  = "series"
        title = "Nodes by state"
        at    = [0, 0, 6, 4]
        note  = "Stacked. Ready, the line, is busy and idle together; unjoined are in service for longer than boot_timeout and no node yet."
        lines = [
          { alias = "busy", q = "sum:${var.prefix}.nodes.busy{$pool,$env}", display = "area", palette = "green" },
          { alias = "idle", q = "sum:${var.prefix}.nodes.idle{$pool,$env}", display = "area", palette = "grey" },
          { alias = "cordoned", q = "sum:${var.prefix}.nodes.cordoned{$pool,$env}", display = "area", palette = "purple" },
          { alias = "in flight", q = "sum:${var.prefix}.nodes.in_flight{$pool,$env}", display = "area", palette = "cool" },
          { alias = "unjoined", q = "sum:${var.prefix}.nodes.unjoined{$pool,$env}", display = "area", palette = "red" },
          { alias = "ready", q = "sum:${var.prefix}.nodes.ready{$pool,$env}", palette = "black" },
        ]
      },
      {
        kind   = "series"
        title  = "Group: desired, in service, minimum, maximum"
        at     = [6, 0, 6, 4]
        note   = "The pool's groups together. Decided is what the autoscaler wants; where desired stays apart from it, see Launch failures and Errors."
        events = true
        lines = [
          { alias = "decided", q = "sum:${var.prefix}.decision.desired{$pool,$env}", palette = "orange", line = "dotted" },
          { alias = "desired", q = "sum:${var.prefix}.group.desired{$pool,$env}", palette = "dog_classic" },
          { alias = "in service", q = "sum:${var.prefix}.group.in_service{$pool,$env}", display = "area", palette = "green" },
          { alias = "minimum", q = "sum:${var.prefix}.group.min{$pool,$env}", palette = "grey", line = "dashed" },
          { alias = "maximum", q = "sum:${var.prefix}.group.max{$pool,$env}", palette = "grey", line = "dashed" },
        ]
      },
      {
        kind   = "series"
        title  = "Decisions: instances asked for and let go"
        at     = [0, 4, 6, 3]
        note   = "Let go is drawn below zero. Only idle nodes go."
        events = true
        lines = [
          { alias = "scale out", q = "sum:${var.prefix}.scale_out{$pool,$env}.as_count()", display = "bars", palette = "green" },
          { alias = "scale in", formula = "-released", queries = { released = "sum:${var.prefix}.scale_in{$pool,$env}.as_count()" }, display = "bars", palette = "purple" },
        ]
      },
      {
        kind  = "events"
        title = "What was changed, and why"
        at    = [6, 4, 6, 6]
        note  = "Each change of capacity with its reasons, launches that began to fail, instances that never joined, pauses. The same, cycle by cycle: autoscaler explain."
      },
      {
        kind  = "series"
        title = "Launch failures by kind, and instances that never joined"
        at    = [0, 7, 3, 3]
        note  = "AWS could not launch, or Nomad never saw the node."
        lines = [
          { alias = "failed", q = "sum:${var.prefix}.launch_failures{$pool,$env} by {kind}.as_count()", display = "bars", palette = "warm" },
          { alias = "never joined", q = "sum:${var.prefix}.never_joined{$pool,$env}.as_count()", display = "bars", palette = "red" },
        ]
      },
      {
        kind  = "series"
        title = "Boot time: from the request to work"
        at    = [3, 7, 3, 3]
        note  = "Of the last 50 boots, what decisions reckon with; dots: single boots, by group."
        lines = concat(
          [
            { alias = "p50 of the last 50", q = "max:${var.prefix}.boot.seconds.p50{$pool,$env}", palette = "cool" },
            { alias = "p95 of the last 50", q = "max:${var.prefix}.boot.seconds.p95{$pool,$env}", palette = "orange" },
          ],
          [for one in local.spread : { alias = one[0], q = "${one[1]}:${var.prefix}.boot.seconds{$pool,$env} by {group}", palette = "grey", line = "dotted" }],
        )
      },
    ]
  }
}
