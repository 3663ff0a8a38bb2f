"""Processes of the tests' own code: what they import is there already when they start."""

import multiprocessing

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.telegram.running"])
