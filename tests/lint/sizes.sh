#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Ceilings of the house: a function 100 lines, a source 600, a header 200; the
# SPDX line first; SQL only in src/engine/store.
exec python3 tests/lint/sizes.py
