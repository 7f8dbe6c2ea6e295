# SPDX-License-Identifier: Apache-2.0
"""zipped - `waybill prove`: all of the proof in one file beside the executables, made at the build"""
import os
import sys

os.environ["WAYBILL_PROG"] = "waybill prove"
sys.argv[1:1] = ["--bin", os.path.dirname(os.path.abspath(sys.argv[0]))]

from proof.__main__ import main  # pylint: disable=wrong-import-position

sys.exit(main())
