#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# An include that climbs is an error. Every contract of include/etrier belongs
# to the folder of the source that implements it; a folder may include its own
# layer's contracts and those below.
set -u
exec python3 tests/lint/layers.py
