# SPDX-License-Identifier: Apache-2.0
"""proof - what tools/prove runs: a deployment, a simulator, and somebody who kills."""
