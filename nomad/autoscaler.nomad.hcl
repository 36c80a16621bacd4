# The autoscaler as a job of Nomad, for those who would rather not have it as a service of systemd
# (docs/install.md) on the server.
#
#   nomad acl policy apply -namespace default -job autoscaler autoscaler nomad/policies/autoscaler.policy.hcl
#   nomad job run -var "config=$(cat config.yaml)" nomad/autoscaler.nomad.hcl
#
# For Nomad 1.5 or later.  For an older one leave out the blocks `service` and `identity`, and see at
# each what takes its place.  The configuration names Nomad's token without a directory:
#
#   nomad: {token_file: nomad_token}
#
# It must not run on the nodes that it sizes, and of two at once the cluster would be sized twice:
# one instance, never a canary, a new one only when the old one has ended.
#
# Its AWS rights are those of the instance that it runs on, and so of every task there.

variable "config" {
  type        = string
  description = "The whole configuration, YAML; it holds no secret."

  validation {
    condition     = var.config != ""
    error_message = "The config is a YAML text: -var \"config=$(cat config.yaml)\"."
  }
}

variable "datacenters" {
  type        = list(string)
  default     = ["dc1"]
  description = "Nomad's datacenters, as the agents' configuration has them."
}

variable "pool_classes" {
  type        = list(string)
  default     = ["transcode"]
  description = "Classes of nodes that it sizes: it runs on none of these."
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
  default     = "/opt/autoscaler/bin/autoscaler"
  description = "Where the autoscaler is installed: on the node, or in the image."
}

variable "image" {
  type        = string
  default     = "autoscaler:local"
  description = "The driver docker's image, with a tag or digest of your registry; a local one by default."
}

variable "user" {
  type        = string
  default     = "nobody"
  description = "Whom it runs as; the host volume of its state belongs to them."
}

variable "nomad_address" {
  type        = string
  default     = "http://127.0.0.1:4646"
  description = "Nomad's API; the node's own agent passes on to the servers what it is asked."
}

variable "nomad_cacert" {
  type        = string
  default     = ""
  description = "Where Nomad speaks TLS: the file with its authority's certificate."
}

variable "state_volume" {
  type        = string
  default     = ""
  description = "A host volume for its journal; empty means the allocation's disk, kept where it can be."
}

variable "port" {
  type        = number
  default     = 9646
  description = "The port of http.listen, which stays on the loopback."
}

job "autoscaler" {
  type        = "service"
  datacenters = var.datacenters
  # Before the transcodes: without it there is no room for them.
  priority = 80

  dynamic "constraint" {
    for_each = var.pool_classes

    content {
      attribute = "${node.class}"
      operator  = "!="
      value     = constraint.value
    }
  }

  # One at a time: the new one waits until the old one has ended.  One that is not well is taken
  # back.
  update {
    max_parallel      = 1
    canary            = 0
    health_check      = "checks"
    min_healthy_time  = "10s"
    healthy_deadline  = "2m"
    progress_deadline = "5m"
    auto_revert       = true
  }

  group "autoscaler" {
    count = 1

    # With no answer from the servers for so long it may have been replaced already, so it ends.
    # From Nomad 1.8 on:
    #
    #   disconnect {
    #     stop_on_client_after = "30s"
    #   }
    #
    # Before: stop_after_client_disconnect = "30s".

    # A configuration that cannot be used (exit code 2) ends it at once, and Nomad, which reads no
    # exit codes, tries again: not without pause, and on the same node, where its state is.
    restart {
      attempts = 3
      interval = "10m"
      delay    = "30s"
      mode     = "delay"
    }

    ephemeral_disk {
      size    = 1000
      sticky  = true
      migrate = true
    }

    # In the client's configuration: host_volume "autoscaler" { path = "/var/lib/autoscaler" }, a
    # directory of mode 0700 that belongs to var.user.
    dynamic "volume" {
      for_each = var.state_volume == "" ? [] : [var.state_volume]
      labels   = ["state"]

      content {
        type   = "host"
        source = volume.value
      }
    }

    network {
      port "http" {
        static = var.port
      }
    }

    # Without this, set health_check = "task_states" above.
    service {
      name     = "autoscaler"
      provider = "nomad"
      port     = "http"
      address  = "127.0.0.1"

      # Cycles end; whether they end well is told by /readyz, and is no reason to start anew.
      check {
        name     = "cycles"
        type     = "http"
        path     = "/healthz"
        interval = "15s"
        timeout  = "5s"

        check_restart {
          limit = 20
          grace = "2m"
        }
      }
    }

    task "autoscaler" {
      driver = var.driver
      user   = var.user

      dynamic "config" {
        for_each = var.driver == "docker" ? [] : ["the node's own"]

        content {
          command = var.command
          args    = ["--config", "${NOMAD_TASK_DIR}/config.yaml"]
        }
      }

      dynamic "config" {
        for_each = var.driver == "docker" ? ["an image"] : []

        content {
          image      = var.image
          entrypoint = [var.command]
          args       = ["--config", "${NOMAD_TASK_DIR}/config.yaml"]
          # The agent of Nomad and that of Datadog are on 127.0.0.1, and the instance's role is one
          # hop away, which is all that IMDSv2 grants by default.
          network_mode = "host"
          init         = true
          cap_drop     = ["ALL"]
          security_opt = ["no-new-privileges"]
        }
      }

      # A token of its own, which Nomad makes and ends with the allocation: secrets/nomad_token.  Its
      # rights are those of the policy that was applied to this job.  From Nomad 1.7 on it can expire,
      # and be made anew in time (ttl = "1h"); the daemon reads the file again when it is refused.
      # `autoscaler check` cannot see the rights of such a token: Nomad tells an identity nothing of
      # itself.
      #
      # Before 1.5, a token with that policy, from Vault (with a vault block, and Nomad's secrets
      # engine) or, from 1.4 on, from one of Nomad's own variables:
      #
      #   template {
      #     destination = "secrets/nomad_token"
      #     change_mode = "noop"
      #     data        = "{{ with secret \"nomad/creds/autoscaler\" }}{{ .Data.secret_id }}{{ end }}"
      #   }
      identity {
        file = true
      }

      # The delimiters are such as no configuration has: nothing in it is taken for a template.
      #
      # To change it without a new version of the job, keep it in one of Nomad's variables (nomad var
      # put nomad/jobs/autoscaler config=@config.yaml); the daemon takes the new one whole, or keeps
      # the old one and says why:
      #
      #   data          = "[[[ with nomadVar \"nomad/jobs/autoscaler\" ]]][[[ .config ]]][[[ end ]]]"
      #   change_mode   = "signal"
      #   change_signal = "SIGHUP"
      template {
        destination     = "local/config.yaml"
        left_delimiter  = "[[["
        right_delimiter = "]]]"
        data            = var.config
        change_mode     = "noop"
      }

      dynamic "volume_mount" {
        for_each = var.state_volume == "" ? [] : [var.state_volume]

        content {
          volume      = "state"
          destination = "/var/lib/autoscaler"
        }
      }

      env {
        NOMAD_ADDR   = var.nomad_address
        NOMAD_CACERT = var.nomad_cacert
        # As systemd would name them: where state_dir: null puts the journal, and where a token_file
        # without a directory is.
        STATE_DIRECTORY       = var.state_volume == "" ? "${NOMAD_ALLOC_DIR}/data/autoscaler" : "/var/lib/autoscaler"
        CREDENTIALS_DIRECTORY = "${NOMAD_SECRETS_DIR}"
      }

      resources {
        cpu    = 200
        memory = 300
      }

      # It ends within 5 s, actions in hand finished.  No shutdown_delay: nobody sends it traffic.
      kill_signal  = "SIGTERM"
      kill_timeout = "15s"

      logs {
        max_files     = 5
        max_file_size = 10
      }
    }
  }
}
