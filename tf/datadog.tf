# All of Datadog's side, and nothing that the rest refers to: where its provider cannot be had, this
# file and the provider's lines in versions.tf can be left out, and the rest stands.

provider "datadog" {
  api_key = var.datadog_api_key
  app_key = var.datadog_app_key
  api_url = "https://api.${var.datadog_site}/"
  # Without datadog = true nothing is asked of it, keys included.
  validate = var.datadog
}

module "datadog" {
  source = "./datadog"
  count  = var.datadog ? 1 : 0

  pools               = ["transcode"]
  tags                = ["cluster:${var.name}"]
  notify              = var.datadog_notify
  target_wait_seconds = local.target_wait_seconds
}

locals {
  unit_seconds = { ms = 0.001, s = 1, m = 60, h = 3600, d = 86400 }
  target_wait_seconds = sum([
    for part in regexall("([0-9.]+)(ms|s|m|h|d)", var.target_wait) : tonumber(part[0]) * local.unit_seconds[part[1]]
  ])
}

output "datadog_dashboard" {
  description = "The dashboard's path below the Datadog site's address; null without datadog."
  value       = one(module.datadog[*].dashboard_url)
}
