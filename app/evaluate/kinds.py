"""The kinds of measurement on the Evaluate page, in the order of their buttons."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.corruptions.kind import CORRUPTED
from app.distances.kind import NEAREST
from app.evaluate.kind import ATTACKED
from app.masking.kind import CHECKED
from app.measuring.kind import Kind

KINDS: Mapping[str, Kind[Any]] = MappingProxyType({each.key: each for each in (ATTACKED, CHECKED, CORRUPTED, NEAREST)})
