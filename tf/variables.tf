# What has to be set, then what is mostly left as it is.  Every value that cannot be meant is refused.

variable "allowed_cidrs" {
  description = "Networks from which Nomad's HTTP API (4646) may be reached besides through Session Manager: a VPN's or a peered network's. [] is the safest: then only a port forward through Session Manager leads there. There is no default, so that it is a decision."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "allowed_cidrs must be IPv4 networks such as 10.8.0.0/16 or 203.0.113.7/32: the network has no IPv6, and a name or a bare address is no network."
  }

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : try(tonumber(split("/", cidr)[1]) >= 8, true)])
    error_message = "allowed_cidrs must not hold 0.0.0.0/0 or ::/0, nor halves of them (a prefix below /8): whoever reaches Nomad and gets a token runs programs on your machines."
  }

  validation {
    condition = var.nomad_tls || alltrue([
      for cidr in var.allowed_cidrs : can(regex(local.private_networks, cidr))
    ])
    error_message = "allowed_cidrs must be private networks while nomad_tls is false: tokens would cross the Internet in clear. Use a VPN, Session Manager, or nomad_tls = true."
  }
}

variable "region" {
  description = "The AWS region that everything is in."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's code, such as eu-central-1: not an availability zone (eu-central-1a), nor a name."
  }
}

variable "name" {
  description = "Names the cluster and everything in it; two clusters of one account and region need two names."
  type        = string
  default     = "transcode"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower-case letters, digits and dashes, beginning with a letter: it goes into the bucket's name, where AWS takes no others."
  }
}

variable "tags" {
  description = "Further tags for everything, such as a cost centre's."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "aws:") && !startswith(key, "autoscaler:") && !startswith(key, "nomad-")])
    error_message = "tags must not begin with aws:, autoscaler: or nomad-: AWS, the daemon and this configuration keep theirs there."
  }
}

# The network.

variable "vpc_cidr" {
  description = "The private network's addresses; each zone gets a sixteenth of them for instances with a way out only."
  type        = string
  default     = "10.42.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 22, false)
    error_message = "vpc_cidr must be an IPv4 network between /16 (AWS takes no larger) and /22 (a smaller one has too few addresses for a zone)."
  }
}

variable "az_count" {
  description = "Availability zones: more of them find capacity more often."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3], var.az_count)
    error_message = "az_count must be 2 or 3: with one, a shortage in that zone stops all work, and not every region has four."
  }
}

variable "nat" {
  description = "How instances reach the Internet, where packages and most inputs come from. one: through one NAT gateway; each: one in each zone, so that a zone's failure is its own; none: each has a public address (closed to whatever comes from outside), which costs the least where inputs are many, since a gateway bills each gigabyte. From none to another or back replaces the server, and its queue with it."
  type        = string
  default     = "one"

  validation {
    condition     = contains(["one", "each", "none"], var.nat)
    error_message = "nat must be one, each or none: instances without any way to the Internet could not install packages nor fetch inputs."
  }
}

variable "input_ports" {
  description = "TCP ports of the Internet that instances may connect to: packages, AWS's APIs and inputs by http(s)."
  type        = list(number)
  default     = [80, 443]

  validation {
    condition     = contains(var.input_ports, 443) && alltrue([for port in var.input_ports : port >= 1 && port <= 65535 && floor(port) == port])
    error_message = "input_ports must be ports between 1 and 65535, 443 among them: without it neither AWS nor the packages can be reached."
  }
}

# The server.

variable "server_instance_type" {
  description = "The Nomad server's, which the daemon runs on as well; at least 2 GiB of memory, x86-64."
  type        = string
  default     = "t3.small"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", var.server_instance_type)) && !can(regex("\\.(nano|micro)$", var.server_instance_type))
    error_message = "server_instance_type must be an instance type such as t3.small; nano and micro have too little memory for Nomad, the daemon and the Datadog agent."
  }
}

variable "server_ami_id" {
  description = "An image with the server's programs baked in, made by Packer; null: Ubuntu, and the programs are installed at the first boot."
  type        = string
  default     = null

  validation {
    condition     = var.server_ami_id == null || can(regex("^ami-[0-9a-f]{8,17}$", var.server_ami_id))
    error_message = "server_ami_id must be an image's id, such as ami-0123456789abcdef0, in the same region; not its name."
  }
}

variable "server_disk_gb" {
  description = "The server's disk, in GiB: Nomad's state and the daemon's journal."
  type        = number
  default     = 20

  validation {
    condition     = var.server_disk_gb >= 10 && var.server_disk_gb <= 1000
    error_message = "server_disk_gb must be between 10 and 1000: the system alone takes 4, and nothing here needs a terabyte."
  }
}

variable "nomad_tls" {
  description = "TLS for Nomad's RPC and HTTP, by a CA that the server makes at its first boot. Needs Nomad 1.5 or later. Set it before the first apply: agents with and without do not talk to each other. The server's certificate names its private address: from the Internet give the nomad command NOMAD_TLS_SERVER_NAME=server.global.nomad, or come by a VPN or Session Manager."
  type        = bool
  default     = false
}

variable "wheel" {
  description = "The wheel to install, as a path; null: the one in ../dist (python3 -m pip wheel --no-deps --wheel-dir dist . in the repository makes it). Not looked at when both images are baked."
  type        = string
  default     = null

  validation {
    condition     = var.wheel == null || can(regex("nomad_queue_autoscaler-[^/]+\\.whl$", var.wheel))
    error_message = "wheel must be the path of a nomad_queue_autoscaler-….whl: pip goes by the name."
  }
}

# The clients.

variable "client_min" {
  description = "The least instances of the group. The daemon never goes below; 0 costs nothing while nothing is to be done."
  type        = number
  default     = 0

  validation {
    condition     = var.client_min >= 0 && floor(var.client_min) == var.client_min
    error_message = "client_min must be a whole number, 0 or more: it counts instances."
  }
}

variable "client_max" {
  description = "The most instances of the group: what you are ready to pay for at once."
  type        = number
  default     = 10

  validation {
    condition     = var.client_max >= 1 && var.client_max <= 1000 && floor(var.client_max) == var.client_max
    error_message = "client_max must be a whole number between 1 and 1000: a group that may have none serves nothing, and so many at once want AWS's leave first."
  }

  validation {
    condition     = var.client_max > var.client_min
    error_message = "client_max must be above client_min: else there is nothing to scale."
  }
}

variable "client_instance_types" {
  description = "Types that the group launches, the preferred one first. All x86-64 and of one size: the daemon reckons with like nodes, and instance weights are never used. For Spot name several: more pools are interrupted more rarely."
  type        = list(string)
  default     = ["c6i.xlarge", "c6a.xlarge", "c5.xlarge"]

  validation {
    condition     = length(var.client_instance_types) >= 1 && length(var.client_instance_types) <= 40 && alltrue([for type in var.client_instance_types : can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", type))])
    error_message = "client_instance_types must be 1 to 40 instance types, such as c6i.xlarge."
  }

  validation {
    condition     = length(distinct([for type in var.client_instance_types : split(".", type)[1]])) == 1
    error_message = "client_instance_types must all be of one size (the part after the dot): the daemon counts nodes, and takes a new one to be like those that it has seen."
  }
}

variable "client_node" {
  description = "What one new client offers to tasks until the daemon has seen one: MHz (vCPUs times their clock, as Nomad counts) and MiB, both less what is reserved for the system. Rather too low than too high: too high buys too little at the first burst. price: of one hour, in dollars, for the daemon's account of costs."
  type = object({
    cpu    = number
    memory = number
    price  = optional(number)
  })
  default  = { cpu = 11000, memory = 6500, price = 0.17 }
  nullable = false

  validation {
    condition     = var.client_node.cpu >= 500 && var.client_node.memory >= 256
    error_message = "client_node.cpu must be at least 500 (MHz) and client_node.memory at least 256 (MiB): no transcode fits on less."
  }

  validation {
    condition     = var.client_node.price == null || try(var.client_node.price > 0, false)
    error_message = "client_node.price must be above 0, in dollars an hour, or null."
  }
}

variable "client_ami_id" {
  description = "An image with Nomad, ffmpeg and the transcoder baked in, made by Packer; null: Ubuntu, and they are installed at each boot, which takes some minutes."
  type        = string
  default     = null

  validation {
    condition     = var.client_ami_id == null || can(regex("^ami-[0-9a-f]{8,17}$", var.client_ami_id))
    error_message = "client_ami_id must be an image's id, such as ami-0123456789abcdef0, in the same region; not its name."
  }
}

variable "client_disk_gb" {
  description = "A client's disk, in GiB: the system, and for each transcode at work its input and results (4 GB in the job file)."
  type        = number
  default     = 60

  validation {
    condition     = var.client_disk_gb >= 20 && var.client_disk_gb <= 4000
    error_message = "client_disk_gb must be between 20 and 4000: the system takes 8, and each transcode asks for 4."
  }
}

variable "spot" {
  description = "Launch Spot Instances: a third of the price, and AWS may take them with two minutes' notice. The daemon is told by a queue and cordons them; what ran there is done again elsewhere."
  type        = bool
  default     = false
}

variable "on_demand_base" {
  description = "With spot: so many instances are on demand before the first Spot Instance is launched."
  type        = number
  default     = 0

  validation {
    condition     = var.on_demand_base >= 0 && floor(var.on_demand_base) == var.on_demand_base
    error_message = "on_demand_base must be a whole number, 0 or more: it counts instances."
  }

  validation {
    condition     = var.spot || var.on_demand_base == 0
    error_message = "on_demand_base means something with spot = true only: without it every instance is on demand."
  }
}

# The daemon.

variable "target_wait" {
  description = "The daemon's scaling.target_wait: within this time every pending child should start. 0s: room for all at once."
  type        = string
  default     = "2m"

  validation {
    condition     = can(regex("^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$", var.target_wait))
    error_message = "target_wait must be a duration with its unit, such as 0s, 90s, 2m or 1m30s."
  }
}

# The bucket.

variable "bucket_name" {
  description = "The bucket for results; null: NAME-ACCOUNT-REGION."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null || can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name must be 3 to 63 lower-case letters, digits and dashes; dots break TLS."
  }
}

variable "bucket_force_destroy" {
  description = "terraform destroy deletes all results with the bucket. false: it refuses while there are any."
  type        = bool
  default     = false
}

variable "input_buckets" {
  description = "Names of further buckets that clients may read inputs from (s3://…)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for bucket in var.input_buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", bucket))])
    error_message = "input_buckets must be names of buckets, without s3:// and without wildcards: clients read what is named and nothing else."
  }
}

# Datadog.

variable "datadog" {
  description = "Install the Datadog agent on every instance, and make the dashboard and the monitors."
  type        = bool
  default     = false
}

variable "datadog_api_key" {
  description = "With datadog: an API key, from the environment (TF_VAR_datadog_api_key), never from a file. It is kept in the Parameter Store, encrypted, and in no state or plan."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.datadog_api_key == null || can(regex("^[0-9a-f]{32}$", var.datadog_api_key))
    error_message = "datadog_api_key must be 32 hexadecimal digits."
  }

  validation {
    condition     = !var.datadog || var.datadog_api_key != null
    error_message = "datadog_api_key is wanted with datadog = true: export TF_VAR_datadog_api_key."
  }
}

variable "datadog_app_key" {
  description = "With datadog: an application key, by which dashboard and monitors are made (TF_VAR_datadog_app_key). It is kept nowhere."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = !var.datadog || var.datadog_app_key != null
    error_message = "datadog_app_key is wanted with datadog = true: export TF_VAR_datadog_app_key."
  }
}

variable "datadog_api_key_version" {
  description = "Raise it by one to have a new datadog_api_key written: Terraform cannot see that a value it does not keep has changed."
  type        = number
  default     = 1

  validation {
    condition     = var.datadog_api_key_version >= 1 && floor(var.datadog_api_key_version) == var.datadog_api_key_version
    error_message = "datadog_api_key_version must be a whole number, 1 or more."
  }
}

variable "datadog_site" {
  description = "The Datadog site that your account is on."
  type        = string
  default     = "datadoghq.com"

  validation {
    condition     = contains(["datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com", "ap2.datadoghq.com", "ddog-gov.com"], var.datadog_site)
    error_message = "datadog_site must be one of Datadog's sites, such as datadoghq.com or datadoghq.eu: keys of one are unknown to the others."
  }
}

variable "datadog_notify" {
  description = "Whom the monitors tell, such as @slack-video."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for who in var.datadog_notify : can(regex("^@[^\\s]+$", who))])
    error_message = "datadog_notify must be handles that begin with @, such as @slack-video: others notify nobody."
  }
}
