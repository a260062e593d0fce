"""`python -m core.cli COMMAND` is `counterproof COMMAND`."""

import sys

from core.cli.parser import main

sys.exit(main())
