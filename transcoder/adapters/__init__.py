"""The transcoder's shell: ffmpeg, http, S3, files, Nomad, Datadog.  Adapters translate."""
