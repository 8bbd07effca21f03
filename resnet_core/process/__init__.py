"""The worker: a fresh interpreter a job, the messages it speaks, and its client. Only the worker itself loads torch."""
