#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# docs/metrics.md against the source that prints the figures; system.front holds
# it against a living /metrics.
exec python3 tests/lint/metrics.py
