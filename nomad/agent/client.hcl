# A Nomad client that the Auto Scaling group starts, from Nomad 1.0 on: /etc/nomad.d/10-client.hcl,
# which render.sh beside this file puts there as it is.  It starts as it stands, of class transcode
# and without servers; these, and what else differs from site to site, are in 20-client.hcl
# (client.site.hcl.tpl) and 40-tls.hcl, which render.sh fills in.
#
#   nomad agent -config /etc/nomad.d
#
# Nomad reads the directory's files by name and the later one wins: what is to be otherwise on your
# machines goes into 90-local.hcl, which nothing here touches.

# The exec driver's chroots are hard links where this is on the same file system as /usr, and else
# copies: a gigabyte for each task.
data_dir             = "/opt/nomad/data"
disable_update_check = true

client {
  enabled    = true
  node_class = "transcode"

  # For the system, the Nomad agent, the Datadog agent: not offered to tasks.
  reserved {
    cpu            = 200  # MHz
    memory         = 512  # MiB
    disk           = 2048 # MiB
    reserved_ports = "22"
  }

  # What is left of ended tasks (their logs, for a chunk of a video its files) goes when there are
  # so many of them or the disk is so full.  A node that is let go takes all of it with it.
  gc_interval              = "1m"
  gc_max_allocs            = 50
  gc_disk_usage_threshold  = 80
  gc_inode_usage_threshold = 70

  options = {
    # Only EC2 is asked what machine this is: the daemon knows instances by what it answers.
    "fingerprint.denylist" = "env_gce,env_azure,env_digitalocean"
  }

  # What a task of the exec driver sees of the machine: programs, libraries and certificates, and of
  # /etc nothing that is a secret.  What is not there is passed over.  Each file is linked for each
  # task, 7000 in a second: what no transcode needs (documentation, kernel modules) delays each start.
  chroot_env = {
    "/bin"                       = "/bin"
    "/lib/aarch64-linux-gnu"     = "/lib/aarch64-linux-gnu"
    "/lib/x86_64-linux-gnu"      = "/lib/x86_64-linux-gnu"
    "/lib64"                     = "/lib64"
    "/opt/transcoder"            = "/opt/transcoder"
    "/usr/bin"                   = "/usr/bin"
    "/usr/lib/aarch64-linux-gnu" = "/usr/lib/aarch64-linux-gnu"
    "/usr/lib/locale"            = "/usr/lib/locale"
    "/usr/lib/python3.11"        = "/usr/lib/python3.11"
    "/usr/lib/python3.12"        = "/usr/lib/python3.12"
    "/usr/lib/python3.13"        = "/usr/lib/python3.13"
    "/usr/lib/python3.14"        = "/usr/lib/python3.14"
    "/usr/lib/ssl"               = "/usr/lib/ssl"
    "/usr/lib/x86_64-linux-gnu"  = "/usr/lib/x86_64-linux-gnu"
    "/usr/lib64"                 = "/usr/lib64"
    "/usr/local"                 = "/usr/local"
    "/usr/share/ca-certificates" = "/usr/share/ca-certificates"
    "/usr/share/fonts"           = "/usr/share/fonts"
    "/usr/share/zoneinfo"        = "/usr/share/zoneinfo"
    "/etc/alternatives"          = "/etc/alternatives"
    "/etc/ca-certificates"       = "/etc/ca-certificates"
    "/etc/fonts"                 = "/etc/fonts"
    "/etc/group"                 = "/etc/group"
    "/etc/hosts"                 = "/etc/hosts"
    "/etc/ld.so.cache"           = "/etc/ld.so.cache"
    "/etc/localtime"             = "/etc/localtime"
    "/etc/mime.types"            = "/etc/mime.types"
    "/etc/nsswitch.conf"         = "/etc/nsswitch.conf"
    "/etc/passwd"                = "/etc/passwd"
    "/etc/pki/ca-trust"          = "/etc/pki/ca-trust"
    "/etc/pki/tls/certs"         = "/etc/pki/tls/certs"
    "/etc/resolv.conf"           = "/etc/resolv.conf"
    "/etc/ssl/certs"             = "/etc/ssl/certs"
    "/etc/ssl/openssl.cnf"       = "/etc/ssl/openssl.cnf"
    "/run/resolvconf"            = "/run/resolvconf"
    "/run/systemd/resolve"       = "/run/systemd/resolve"
  }
}

acl {
  enabled = true
}

# Tasks go on while the agent is restarted, and it finds them again.  When the instance itself goes,
# the daemon has seen to it that the node is cordoned and idle; where AWS takes it without asking, the
# daemon has had the notice, and Nomad places elsewhere what was lost.  A farewell of the client
# (leave_on_terminate, with drain_on_shutdown) would stop running work at each upgrade instead.
leave_on_interrupt = false
leave_on_terminate = false

# Tasks without any isolation run as root: no.  For a laptop, a file of your own may say yes.
plugin "raw_exec" {
  config {
    enabled = false
  }
}

plugin "docker" {
  config {
    allow_privileged = false

    # No directories of the machine in containers.
    volumes {
      enabled = false
    }
  }
}

telemetry {
  datadog_address     = "127.0.0.1:8125"
  collection_interval = "10s"
  disable_hostname    = true
  # One set for each child, which Datadog counts and bills; the transcoder has metrics of its own.
  publish_allocation_metrics = false
  publish_node_metrics       = true
}

consul {
  auto_advertise   = false
  client_auto_join = false
  server_auto_join = false
}
