"""The library behind Skipscope: configures, counts, builds, trains and records residual networks, without a window."""
