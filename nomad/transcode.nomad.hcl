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
  description = "MHz for one transcode."
}

variable "memory" {
  type        = number
  default     = 1024
  description = "MiB for one transcode.  A 1080p encode takes 300 to 600; one that asks too little is killed."
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
    meta_optional = ["profile"]
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

    # Nomad does not read exit codes: a permanent failure looks to it like any other.  One more
    # attempt on the same node covers a lost connection; eight, its default, would not mend a bad input.
    restart {
      attempts = 1
      interval = "24h"
      delay    = "15s"
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    ephemeral_disk {
      size = 300
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
      }

      resources {
        cpu    = var.cpu
        memory = var.memory
      }

      # SIGTERM stops ffmpeg and removes the scratch space; that takes a second or two.
      kill_timeout = "10s"

      logs {
        max_files     = 2
        max_file_size = 5
      }
    }
  }
}
