"""Starts Skipscope as `python -m app`."""

import sys

from app.launch import main

if __name__ == "__main__":
    sys.exit(main())
