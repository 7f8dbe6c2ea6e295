# SPDX-License-Identifier: Apache-2.0
"""benchmark - what tools/bench runs."""
