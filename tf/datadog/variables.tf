variable "prefix" {
  description = "What the autoscaler's metrics are named by: `datadog.prefix` of its configuration."
  type        = string
  default     = "autoscaler"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+)*$", var.prefix))
    error_message = "prefix must be letters, digits, _ and dots, beginning with a letter: Datadog would rename others."
  }
}

variable "pools" {
  description = "The pools that are watched, by name; none: every pool that reports."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for pool in var.pools : can(regex("^[a-z0-9][a-z0-9_./-]*$", pool))])
    error_message = "pools must be names as Datadog keeps them in tags, lower case and without spaces: others select nothing. For all pools leave the list empty, rather than \"*\"."
  }
}

variable "tags" {
  description = "Tags that the watched metrics carry, such as `env:prod`: `datadog.tags` of the configuration, or the agent's. They select the data; dashboard and monitors are tagged with them as well."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for tag in var.tags : can(regex("^[a-z][a-z0-9_./-]*:[a-z0-9_./-]+$", tag))])
    error_message = "tags must each be key:value in lower case, such as env:prod: a bare word or a capital selects nothing."
  }
}

variable "notify" {
  description = "Who is told of every monitor, such as `@slack-video`."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for who in var.notify : can(regex("^@[^\\s]+$", who))])
    error_message = "notify must be handles that begin with @, such as @slack-video: others notify nobody, and Datadog does not say so."
  }
}

variable "notify_urgent" {
  description = "Who is told as well of what cannot wait until the morning (priorities 1 and 2), such as `@pagerduty-video`."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for who in var.notify_urgent : can(regex("^@[^\\s]+$", who))])
    error_message = "notify_urgent must be handles that begin with @, such as @pagerduty-video: others notify nobody, and Datadog does not say so."
  }
}

variable "runbook_url" {
  description = "Where `docs/runbook.md` can be read, such as https://git.example.com/video/autoscaler/blob/main/docs/runbook.md; null: messages name the file."
  type        = string
  default     = null

  validation {
    condition     = var.runbook_url == null || can(regex("^https?://[^#\\s]+$", var.runbook_url))
    error_message = "runbook_url must be an http(s) address without a #: each monitor adds its own section."
  }
}

variable "target_wait_seconds" {
  description = "`target_wait` of the watched pools. Where pools differ, use this module once for each."
  type        = number
  default     = 120

  validation {
    condition     = var.target_wait_seconds >= 0 && var.target_wait_seconds <= 86400
    error_message = "target_wait_seconds must be between 0 and 86400: it is in seconds, and a wait of over a day is no target."
  }
}

variable "size_max" {
  description = "`size.max` of the watched pool, where that is below its groups' own maximum (which the metrics tell); null: the groups' maximum is the bound."
  type        = number
  default     = null

  validation {
    condition     = var.size_max == null || try(var.size_max >= 1 && floor(var.size_max) == var.size_max, false)
    error_message = "size_max must be a whole number of at least 1: a pool that may have no node serves nothing."
  }

  validation {
    condition     = var.size_max == null || length(var.pools) == 1
    error_message = "size_max is one pool's: name that pool in pools, and use this module once for each."
  }
}

variable "percentiles" {
  description = "Have Datadog work out percentiles of waits, service, boot and cycle times. It refuses that for metrics that it has never seen: set this to true once the first children have ended. Until then graphs show mean and maximum."
  type        = bool
  default     = false
}

variable "thresholds" {
  description = "When monitors alert. late_seconds: the oldest wait that is too long (default: target_wait_seconds and five minutes, for a boot). cycle_failing_seconds: since the last good cycle. launch_failures: in half an hour. never_joined: instances in an hour, as `unjoined_max`. transcoder_failed_percent of at least transcoder_failed_min failures in an hour. drift: children by which Nomad's count is off. paused_window: how long a pause may last, as Datadog writes windows."
  type = object({
    late_seconds              = optional(number)
    cycle_failing_seconds     = optional(number, 300)
    launch_failures           = optional(number, 3)
    never_joined              = optional(number, 3)
    transcoder_failed_percent = optional(number, 10)
    transcoder_failed_min     = optional(number, 5)
    drift                     = optional(number, 0)
    paused_window             = optional(string, "4h")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.thresholds.late_seconds == null || try(var.thresholds.late_seconds > var.target_wait_seconds, false)
    error_message = "thresholds.late_seconds must be above target_wait_seconds: waits up to the target are as intended."
  }

  validation {
    condition     = var.thresholds.cycle_failing_seconds >= 60
    error_message = "thresholds.cycle_failing_seconds must be at least 60: failed cycles are retried up to a minute apart."
  }

  validation {
    condition     = alltrue([for count in [var.thresholds.launch_failures, var.thresholds.never_joined] : count >= 2])
    error_message = "thresholds.launch_failures and thresholds.never_joined must be at least 2: a single one is a warning already, and mostly mends itself."
  }

  validation {
    condition     = var.thresholds.transcoder_failed_percent > 0 && var.thresholds.transcoder_failed_percent < 100
    error_message = "thresholds.transcoder_failed_percent must be between 0 and 100, without these: it is a share of the jobs."
  }

  validation {
    condition     = var.thresholds.transcoder_failed_min >= 1
    error_message = "thresholds.transcoder_failed_min must be at least 1: without failures there is no failure rate."
  }

  validation {
    condition     = var.thresholds.drift >= 0
    error_message = "thresholds.drift must be 0 or more: it counts children, whichever way the count is off."
  }

  validation {
    condition     = contains(["15m", "30m", "1h", "2h", "4h", "1d"], var.thresholds.paused_window)
    error_message = "thresholds.paused_window must be 15m, 30m, 1h, 2h, 4h or 1d: the windows that Datadog's monitors know."
  }
}
