output "dashboard_url" {
  description = "The dashboard's path below the Datadog site's address."
  value       = datadog_dashboard.autoscaler.url
}

output "monitor_ids" {
  description = "The monitors that notify, by name: for downtimes and service level objectives."
  value       = { for name, monitor in merge(datadog_monitor.single, datadog_monitor.composite) : name => monitor.id }
}
