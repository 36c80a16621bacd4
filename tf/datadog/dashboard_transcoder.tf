# What the children do.  Their tasks send by the agent on their node, and know neither pool nor job.
# Seconds and speed are histograms of the agent, which makes avg, median, max, 95percentile of them.

locals {
  group_transcoder = {
    title  = "Transcoder"
    colour = "vivid_purple"
    widgets = [
      {
        kind  = "series"
        title = "Jobs by outcome and profile"
        at    = [0, 0, 6, 4]
        note  = "One for each profile of a task that ended; all attempts count."
        lines = [
          { alias = "done", q = "sum:transcoder.jobs{outcome:done,$env} by {profile}.as_count()", display = "bars", palette = "green" },
          { alias = "failed", q = "sum:transcoder.jobs{outcome:failed,$env} by {profile}.as_count()", display = "bars", palette = "warm" },
        ]
      },
      {
        kind    = "series"
        title   = "Failure rate"
        at      = [6, 0, 3, 4]
        note    = "Percent of the jobs that ended."
        markers = [{ at = var.thresholds.transcoder_failed_percent, label = "too many", level = "error" }]
        lines = [{
          alias   = "failed %"
          formula = "100 * default_zero(failed) / ended"
          queries = {
            failed = "sum:transcoder.jobs{outcome:failed,$env}.as_count()"
            ended  = "sum:transcoder.jobs{$env}.as_count()"
          }
          palette = "warm"
        }]
      },
      {
        kind  = "list"
        title = "Failures by reason"
        at    = [9, 0, 3, 4]
        note  = "Bad inputs are their senders'; terminated is a node that went."
        lines = [{ q = "sum:transcoder.jobs{outcome:failed,$env} by {reason}.as_count()" }]
      },
      {
        kind  = "series"
        title = "Seconds per stage"
        at    = [0, 4, 4, 3]
        note  = "Mean. Stages overlap: an encode may begin before its input is whole."
        lines = [{ alias = "mean", q = "avg:transcoder.seconds.avg{!stage:total,$env} by {stage}" }]
      },
      {
        kind  = "series"
        title = "Whole task: mean and p95"
        at    = [4, 4, 3, 3]
        note  = "Seconds. The p95 is the worst node's: agents work it out each for itself."
        lines = [
          { alias = "mean", q = "avg:transcoder.seconds.avg{stage:total,$env}" },
          { alias = "p95", q = "max:transcoder.seconds.95percentile{stage:total,$env}", palette = "orange" },
        ]
      },
      {
        kind  = "series"
        title = "Speed: times real time, by profile"
        at    = [7, 4, 2, 3]
        note  = "Seconds of video for each second of encoding."
        lines = [{ alias = "mean", q = "avg:transcoder.speed.avg{$env} by {profile}" }]
      },
      {
        kind  = "series"
        title = "Bytes fetched and published"
        at    = [9, 4, 3, 3]
        note  = "Results that were there already are not counted again."
        lines = [
          { alias = "in", q = "sum:transcoder.bytes_in{$env}.as_count()", display = "bars", palette = "cool" },
          { alias = "out", q = "sum:transcoder.bytes_out{$env}.as_count()", display = "bars", palette = "green" },
        ]
      },
    ]
  }
}
