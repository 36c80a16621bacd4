# Monitors: what monitors_*.tf hold, made.
#
# A monitor is a value: name, query (without its comparison), above or below (the threshold: alert
# when the value is beyond it), warn, window_full (only with data for the whole window; not for
# counts, which are sparse), missing (what no data means), priority (1 to 5), what, look, runbook.
# Parts notify nobody: they are conditions of the composite ones, and carry part:true.  A composite
# alerts while all of the monitors under all do, and none of those under none.

locals {
  singles = merge(local.monitors_queue, local.monitors_capacity, local.monitors_daemon)
  parts   = merge(local.parts_queue, local.parts_transcoder)

  queries = {
    for key, one in merge(local.singles, local.parts) :
    key => "${one.query} ${one.compare} ${one.threshold}"
  }

  composites = merge(local.composites_queue, local.composites_transcoder)
  ids        = { for key, one in merge(datadog_monitor.single, datadog_monitor.part) : key => one.id }

  # Urgent: somebody is woken, by an alert and not by a warning, and told again every hour; the rest
  # once a day.
  urgent = join(" ", var.notify_urgent)
  woken  = join("", [for when in ["is_alert", "is_no_data", "is_alert_recovery"] : "{{#${when}}}${local.urgent}{{/${when}}}"])

  messages = {
    for key, one in merge(local.singles, local.composites) : key => join("\n\n", compact([
      one.what,
      "**First:** ${one.look}",
      "**Runbook:** ${local.runbook}#${one.runbook}",
      "{{#is_recovery}}It is over.{{/is_recovery}}",
      join(" ", var.notify),
      local.urgent != "" && one.priority <= 2 ? local.woken : "",
    ]))
  }
}

resource "datadog_monitor" "single" {
  for_each = local.singles

  name    = "[${local.label}] ${each.value.name}"
  type    = "query alert"
  query   = local.queries[each.key]
  message = local.messages[each.key]

  monitor_thresholds {
    critical = each.value.threshold
    warning  = try(each.value.warn, null)
  }

  on_missing_data     = each.value.missing
  require_full_window = each.value.window_full
  include_tags        = true
  priority            = each.value.priority
  renotify_interval   = each.value.priority <= 2 ? 60 : 1440
  renotify_statuses   = each.value.missing == "show_and_notify_no_data" ? ["alert", "no data"] : ["alert"]
  tags                = concat([local.own_tag], var.tags)

  dynamic "assets" {
    for_each = var.runbook_url == null ? [] : [each.value.runbook]

    content {
      category = "runbook"
      name     = each.value.name
      url      = "${var.runbook_url}#${assets.value}"
    }
  }
}

resource "datadog_monitor" "part" {
  for_each = local.parts

  name    = "[${local.label}] part: ${each.value.name}"
  type    = "query alert"
  query   = local.queries[each.key]
  message = "A condition of: ${each.value.of}. It notifies nobody, and is no trouble by itself."

  monitor_thresholds {
    critical = each.value.threshold
  }

  # In a composite no data counts as an alert, so a part without data is taken for fulfilled by none.
  on_missing_data     = "resolve"
  require_full_window = each.value.window_full
  tags                = concat([local.own_tag, "part:true"], var.tags)
}

resource "datadog_monitor" "composite" {
  for_each = local.composites

  name = "[${local.label}] ${each.value.name}"
  type = "composite"
  query = join(" && ", concat(
    [for key in each.value.all : local.ids[key]],
    [for key in each.value.none : "!${local.ids[key]}"],
  ))
  message = local.messages[each.key]

  include_tags      = true
  priority          = each.value.priority
  renotify_interval = each.value.priority <= 2 ? 60 : 1440
  renotify_statuses = ["alert"]
  tags              = concat([local.own_tag], var.tags)

  dynamic "assets" {
    for_each = var.runbook_url == null ? [] : [each.value.runbook]

    content {
      category = "runbook"
      name     = each.value.name
      url      = "${var.runbook_url}#${assets.value}"
    }
  }
}
