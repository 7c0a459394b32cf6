"""Tests of `make run` and of the servers under it."""
