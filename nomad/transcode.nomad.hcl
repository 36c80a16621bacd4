# The parameterized job whose queue the autoscaler watches.  Each dispatch becomes a child that
# runs one task: fetch the input, transcode it, publish the result to S3.
#
#   nomad job run -var s3_bucket=my-videos nomad/transcode.nomad.hcl
#   transcoder dispatch videos.txt
#
# From Nomad 1.0 on.  By the variable driver: exec (the default: a chroot, cgroups, no root),
# raw_exec (no isolation at all: for laptops and the demo), docker (an image, see Containerfile).
#
# No variable takes a secret: whoever may read the job reads its variables' values.

variable "s3_bucket" {
  type        = string
  description = "The bucket that the results go to, under videos/."

  # Nomad's own regex_replace: its older versions have no other function that matches.
  validation {
    condition     = var.s3_bucket != "" && regex_replace(var.s3_bucket, "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "") == ""
    error_message = "The bucket is its bare name, 3 to 63 lower-case letters, digits, dots and dashes."
  }
}

variable "datacenters" {
  type        = list(string)
  default     = ["dc1"]
  description = "Nomad's datacenters, as the agents' configuration has them."
}

variable "node_class" {
  type        = string
  default     = "transcode"
  description = "Only client nodes of this class run transcodes: the nodes of the Auto Scaling group."
}

variable "driver" {
  type        = string
  default     = "exec"
  description = "Nomad's task driver: exec, raw_exec or docker."

  validation {
    condition     = contains(["exec", "raw_exec", "docker"], var.driver)
    error_message = "The driver is exec, raw_exec or docker."
  }
}

variable "command" {
  type        = string
  default     = "/usr/local/bin/transcoder"
  description = "Where the transcoder is installed: on the client nodes, or in the image."
}

variable "image" {
  type        = string
  default     = "transcoder:local"
  description = "The driver docker's image, with a tag or digest of your registry; a local one by default."
}

variable "cpu" {
  type        = number
  default     = 2000
  description = "MHz for one transcode; ffmpeg gets a thread for each 2500 begun, unless threads says otherwise."

  validation {
    condition     = var.cpu >= 100 && var.cpu == floor(var.cpu)
    error_message = "The cpu is a whole number of MHz, from 100 up."
  }
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
  description = "MiB for one transcode; a table in the file tells what the profiles take."

  validation {
    condition     = var.memory >= 100 && var.memory == floor(var.memory)
    error_message = "The memory is a whole number of MiB, from 100 up."
  }
}

variable "disk" {
  type        = number
  default     = 4000
  description = "MiB that the input and all its results take together, until they are published."

  validation {
    condition     = var.disk >= 100 && var.disk == floor(var.disk)
    error_message = "The disk is a whole number of MiB, from 100 up."
  }
}

variable "profiles" {
  type        = string
  default     = ""
  description = "A file on the client nodes with profiles of your own; empty means those of the package."
}

variable "allow_private" {
  type        = bool
  default     = false
  description = "Whether inputs may come from private addresses, such as a store within the VPC."
}

variable "aws_region" {
  type        = string
  default     = "us-east-1"
  description = "The bucket's region."
}

variable "s3_endpoint_url" {
  type        = string
  default     = ""
  description = "For S3-compatible stores; empty means AWS."
}

variable "dogstatsd_url" {
  type        = string
  default     = ""
  description = "Where the tasks' figures go, such as udp://127.0.0.1:8125; empty means what the nodes' environment says."
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

      # Each driver takes its own words only; of the two blocks one is there.
      dynamic "config" {
        for_each = var.driver == "docker" ? [] : ["the nodes' own"]

        content {
          command = var.command
          args    = var.allow_private ? ["run", "--allow-private"] : ["run"]
        }
      }

      dynamic "config" {
        for_each = var.driver == "docker" ? ["an image"] : []

        content {
          image      = var.image
          entrypoint = [var.command]
          args       = var.allow_private ? ["run", "--allow-private"] : ["run"]
          # As with exec: the instance's role is one hop away, which is all that IMDSv2 grants by
          # default, and the node's Datadog agent is on 127.0.0.1.
          network_mode = "host"
          # Passes SIGTERM on, and buries what ffmpeg leaves.
          init         = true
          cap_drop     = ["ALL"]
          security_opt = ["no-new-privileges"]
        }
      }

      env {
        S3_BUCKET           = var.s3_bucket
        AWS_REGION          = var.aws_region
        AWS_ENDPOINT_URL_S3 = var.s3_endpoint_url
        TRANSCODER_THREADS  = var.threads
        TRANSCODER_PROFILES = var.profiles
        DD_DOGSTATSD_URL    = var.dogstatsd_url
      }

      # Credentials: on EC2 leave this as it is, and give the nodes an instance profile that may put,
      # get and delete objects below videos/ (boto3 finds it, and it expires by itself).
      #
      # Elsewhere let Nomad fetch them from where secrets are kept, never from this file, which
      # anybody with the right read-job reads in clear.  With Vault, which makes a user for each task
      # and removes it afterwards (policies before Nomad 1.10; role with workload identity, from 1.7):
      #
      #   vault {
      #     policies = ["transcode"]
      #   }
      #   template {
      #     destination = "secrets/aws.env"
      #     env         = true
      #     change_mode = "noop" # New credentials are no reason to begin a transcode anew.
      #     data        = <<-EOT
      #       {{ with secret "aws/creds/transcode" }}
      #       AWS_ACCESS_KEY_ID={{ .Data.access_key }}
      #       AWS_SECRET_ACCESS_KEY={{ .Data.secret_key }}
      #       {{ end }}
      #     EOT
      #   }
      #
      # Static ones, from Nomad 1.4 on, from a variable of Nomad that only this job reads
      # (nomad var put nomad/jobs/transcode @credentials.json, which no history of a shell keeps):
      #
      #   template {
      #     destination = "secrets/aws.env"
      #     env         = true
      #     change_mode = "noop"
      #     data        = <<-EOT
      #       {{ with nomadVar "nomad/jobs/transcode" }}
      #       AWS_ACCESS_KEY_ID={{ .access_key_id }}
      #       AWS_SECRET_ACCESS_KEY={{ .secret_access_key }}
      #       {{ end }}
      #     EOT
      #   }
      #
      # Static ones with an older Nomad and no Vault: a file that provisioning puts on the nodes, and
      # AWS_SHARED_CREDENTIALS_FILE in env above (with exec, below /opt/transcoder: it is in the chroot).
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
