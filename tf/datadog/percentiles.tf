# Percentiles of distributions are off until they are asked for, and what is not listed as a tag
# can no longer be asked for: these are all that the daemon sends, and env for the dashboard.

locals {
  distributions = {
    "queue.wait_seconds" = ["pool", "job"]
    "service.seconds"    = ["pool", "job"]
    "boot.seconds"       = ["pool", "group"]
    "cycle.seconds"      = ["pool"]
  }
}

resource "datadog_metric_tag_configuration" "distribution" {
  for_each = var.percentiles ? local.distributions : {}

  metric_name         = "${var.prefix}.${each.key}"
  metric_type         = "distribution"
  tags                = setunion(each.value, ["env"], [for tag in var.tags : split(":", tag)[0]])
  include_percentiles = true
}
