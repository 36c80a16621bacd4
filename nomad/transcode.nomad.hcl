# The parameterized job whose queue the autoscaler watches.  Each dispatch becomes a child that
# runs one task: fetch the input, transcode it, publish the result to S3.
#
#   nomad job run -var s3_bucket=my-videos nomad/transcode.nomad.hcl
#   transcoder dispatch videos.txt

variable "s3_bucket" {
  type        = string
  description = "The bucket that the results go to, under videos/."
}

variable "datacenters" {
  type    = list(string)
  default = ["dc1"]
}

variable "node_class" {
  type        = string
  default     = "transcode"
  description = "Only client nodes of this class run transcodes: the nodes of the Auto Scaling group."
}

variable "driver" {
  type        = string
  default     = "exec"
  description = "Nomad's task driver: exec, or raw_exec where isolation is done otherwise."
}

variable "command" {
  type        = string
  default     = "/usr/local/bin/transcoder"
  description = "Where the transcoder is installed on the client nodes."
}

variable "cpu" {
  type        = number
  default     = 2000
  description = "MHz for one transcode; ffmpeg gets a thread for each 2500 begun, unless threads says otherwise."
}

variable "threads" {
  type        = string
  default     = ""
  description = "Threads of ffmpeg; nothing takes as many as cpu pays for.  Equal threads make equal bytes."
}

# Measured, in MiB: the peak of ffmpeg and the transcoder together, with 1 / 2 / 4 threads.
#
#   profile         1080p H.264, 8 bits   2160p60 HEVC, 10 bits
#   small           195 / 211 / 235       395 / 416 / 522
#   large           286 / 315 / 349       494 / 547 / 638
#   small,large     369 / 412 / 452       577 / 637 / 742
#   full            478 / 537 / 592       687 / 760 / 882
#   av1             404 / 492 / 630       611 / 717 / 891
#   poster, sprite        170                    -
#   hls                   900                    -
#   small,large,hls      1180                    -
#
# A task that takes more than it asked for is killed by Nomad (exit code 137), and tried again in
# vain: ask for the row of the largest inputs and profiles, and a quarter more.
variable "memory" {
  type        = number
  default     = 1024
  description = "MiB for one transcode; the table above tells what the profiles take."
}

variable "disk" {
  type        = number
  default     = 4000
  description = "MiB that the input and all its results take together, until they are published."
}

variable "profiles" {
  type        = string
  default     = ""
  description = "A file on the client nodes with profiles of your own; empty means those of the package."
}

variable "aws_region" {
  type    = string
  default = "us-east-1"
}

variable "s3_endpoint_url" {
  type        = string
  default     = ""
  description = "For S3-compatible stores; empty means AWS."
}

job "transcode" {
  type        = "batch"
  datacenters = var.datacenters

  parameterized {
    payload       = "optional"
    meta_required = ["input"]
    meta_optional = ["profile", "chunk"]
  }

  meta {
    profile = "small,large"
  }

  constraint {
    attribute = "${node.class}"
    value     = var.node_class
  }

  group "transcode" {
    count = 1

    # Nomad does not read exit codes: a bad input looks to it like a lost connection.  What passes
    # (exit codes 75 and 143) is worth two more attempts.  What does not (65, 66, 78) leaves a mark
    # in the bucket, at which a further attempt ends in its first second.  Its own defaults would
    # make eight attempts.
    #
    # An attempt is placed anew, on another node where there is one, rather than started again on
    # the same: a full disk or a bad node is left behind, and nobody's memory is held meanwhile.
    restart {
      attempts = 0
      mode     = "fail"
    }

    # What a lost node ran is placed again whatever stands here, and as often as it takes.
    reschedule {
      attempts       = 2
      interval       = "24h"
      delay          = "30s"
      delay_function = "constant"
      unlimited      = false
    }

    # From Nomad 2.0.3 on, this ends a task that runs for ever; older ones refuse the word.  A
    # source or an ffmpeg that stands still is given up by the transcoder itself, on any Nomad.
    #
    #   max_run_duration = "6h"

    ephemeral_disk {
      size = var.disk
    }

    task "transcode" {
      driver = var.driver

      config {
        command = var.command
        args    = ["run"]
      }

      env {
        S3_BUCKET           = var.s3_bucket
        AWS_REGION          = var.aws_region
        AWS_ENDPOINT_URL_S3 = var.s3_endpoint_url
        TRANSCODER_THREADS  = var.threads
        TRANSCODER_PROFILES = var.profiles
      }

      # Credentials: on EC2 leave this out, and give the nodes an instance profile that may put and
      # get objects below videos/ (boto3 finds it, and it expires by itself).  Elsewhere let Nomad
      # fetch them from where secrets are kept, never from this file, which anybody with the right
      # read-job reads in clear.  With Vault (and a `vault` block in the task), or, from Nomad 1.4
      # on, with Nomad's own variables:
      #
      #   template {
      #     destination = "secrets/aws.env"
      #     env         = true
      #     data        = <<-EOT
      #       {{ with nomadVar "nomad/jobs/transcode" }}
      #       AWS_ACCESS_KEY_ID={{ .access_key_id }}
      #       AWS_SECRET_ACCESS_KEY={{ .secret_access_key }}
      #       {{ end }}
      #     EOT
      #   }
      #
      # Where a source of inputs has credentials of its own, they go the same way.

      resources {
        cpu    = var.cpu
        memory = var.memory
      }

      # SIGTERM stops ffmpeg and removes the scratch space within five seconds.  It has to be named:
      # exec and raw_exec send SIGINT by themselves.
      kill_signal  = "SIGTERM"
      kill_timeout = "10s"

      logs {
        max_files     = 2
        max_file_size = 5
      }
    }
  }
}
