variable "role" {
  type        = string
  default     = "client"
  description = "What the image is for: client (Nomad, ffmpeg, the transcoder) or server (Nomad, the autoscaler); the Datadog agent is in both."

  validation {
    condition     = contains(["client", "server"], var.role)
    error_message = "The role is client or server."
  }
}

variable "region" {
  type        = string
  default     = "us-east-1"
  description = "The AWS region of the image."

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "The region is one such as us-east-1."
  }
}

variable "architecture" {
  type        = string
  default     = "amd64"
  description = "The processor's: amd64 or arm64 (Graviton)."

  validation {
    condition     = contains(["amd64", "arm64"], var.architecture)
    error_message = "The architecture is amd64 or arm64."
  }
}

variable "wheel" {
  type        = string
  default     = ""
  description = "The project's wheel; empty: the one of this version in dist/, from python3 -m pip wheel --no-deps --wheel-dir dist ."

  validation {
    condition     = var.wheel == "" || can(regex("nomad_queue_autoscaler-[^/]+[.]whl$", var.wheel))
    error_message = "The wheel is the path of a nomad_queue_autoscaler-*.whl file."
  }
}

variable "name_prefix" {
  type        = string
  default     = "nomad-transcode"
  description = "How the images' names begin."

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{2,40}$", var.name_prefix))
    error_message = "The prefix is 3 to 41 lower-case letters, digits and dashes."
  }
}

variable "kms_key_id" {
  type        = string
  default     = ""
  description = "The key that the image's disk is encrypted by; empty: AWS's own for EBS."
}

variable "subnet_id" {
  type        = string
  default     = ""
  description = "Where the machine that builds the image runs; it needs a way out. Empty: the default VPC."

  validation {
    condition     = var.subnet_id == "" || can(regex("^subnet-[0-9a-f]{8,17}$", var.subnet_id))
    error_message = "The subnet is an id such as subnet-0123456789abcdef0."
  }
}
