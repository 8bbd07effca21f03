"""`python -m resnet_core`: the command line without the window."""

from __future__ import annotations

import sys

from resnet_core.cli import main

sys.exit(main())
