# The tasks that the children run.

locals {
  parts_transcoder = {
    many_fail = {
      name = "a large share of the transcoder's jobs fails"
      of   = "the transcoder fails too often"
      # With as_count both sums are made before they are divided; without a job there is no value.
      query = join("", [
        "sum(last_1h):100 * sum:transcoder.jobs{${local.failed_task_scope}}.as_count()",
        " / sum:transcoder.jobs{${local.task_scope}}.as_count()",
      ])
      compare     = ">"
      threshold   = var.thresholds.transcoder_failed_percent
      window_full = false
    }
    enough_fail = {
      name        = "so many of the transcoder's jobs fail that their share means something"
      of          = "the transcoder fails too often"
      query       = "sum(last_1h):sum:transcoder.jobs{${local.failed_task_scope}}.as_count()"
      compare     = ">="
      threshold   = var.thresholds.transcoder_failed_min
      window_full = false
    }
  }

  composites_transcoder = {
    transcoder_failures = {
      name     = "the transcoder fails too often"
      all      = ["many_fail", "enough_fail"]
      none     = []
      priority = 3
      what     = "In the last hour more than ${var.thresholds.transcoder_failed_percent} % of the transcoder's jobs failed, and at least ${var.thresholds.transcoder_failed_min} of them."
      look     = "The dashboard's Failures by reason, and `transcoder status`: what failed, and why."
      runbook  = "the-transcoder-fails-too-often"
    }
  }
}
