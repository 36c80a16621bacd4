# What the monitors look at, who is told, and where the runbook is.

locals {
  # Datadog refuses queries that mix commas with AND and IN, so AND is used throughout.
  pool_filter  = length(var.pools) > 1 ? ["pool IN (${join(",", var.pools)})"] : [for pool in var.pools : "pool:${pool}"]
  pool_filters = concat(local.pool_filter, var.tags)
  pool_scope   = length(local.pool_filters) > 0 ? join(" AND ", local.pool_filters) : "*"

  # Tasks of the transcoder know no pool.
  task_scope        = length(var.tags) > 0 ? join(" AND ", var.tags) : "*"
  failed_task_scope = join(" AND ", concat(["outcome:failed"], var.tags))

  late_seconds = coalesce(var.thresholds.late_seconds, var.target_wait_seconds + 300)
  runbook      = coalesce(var.runbook_url, "docs/runbook.md")
  label        = join(" ", concat([var.prefix], var.pools, var.tags))
  # Dashboard and monitors are found by it.
  own_tag = "autoscaler:${var.prefix}"
}
