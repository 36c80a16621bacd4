# The dashboard's groups in their order, where each stands, and what several of them ask for.

locals {
  groups = [local.group_queue, local.group_capacity, local.group_daemon, local.group_transcoder]

  # A group is as high as its lowest widget reaches, and its title; they stand one below the other.
  group_heights = [for group in local.groups : 1 + max([for one in group.widgets : one.at[1] + one.at[3]]...)]
  group_tops    = [for index in range(length(local.groups)) : sum(concat([0], slice(local.group_heights, 0, index)))]

  # What can be chosen above the dashboard, and what is chosen at first.
  choices = [
    ["pool", length(var.pools) == 1 ? var.pools : ["*"]],
    ["job", ["*"]],
    ["env", coalescelist([for tag in var.tags : split(":", tag)[1] if startswith(tag, "env:")], ["*"])],
  ]

  # What is known of a distribution: percentiles need percentiles.tf.
  spread = var.percentiles ? [["p50", "p50"], ["p95", "p95"]] : [["mean", "avg"], ["longest", "max"]]

  # Events carry the tag of their pool; with all pools chosen this asks for any event that has one.
  events_query = "tags:pool:$pool.value"
}
