"""Fetch a video, transcode it with ffmpeg, publish the result; and dispatch such tasks to Nomad."""
