"""What can have happened: the events of the audit trail."""

SUBMITTED, RESUMED, STARTED = "run submitted", "run resumed", "run started"
BEGUN = "training begun"  # model and images are loaded
WEIGHTS, MASKS = "weights written", "masks stored"
STOP, ENDED, DELETED = "stop asked", "run ended", "run deleted"
ADDED, REMOVED = "added", "deleted"  # a model or data of the user's own
SIGNED_IN, SIGNED_OUT = "signed in", "signed out"
SHARED, UNSHARED = "shared", "shared no longer"
CASE_SAVED, CASE_EDITED, CASE_DELETED, CASE_RESTORED = "case saved", "case edited", "case deleted", "case restored"
ANSWERED, IMPORTED = "case answered", "cases imported"
TRAIL_BEGUN, MENDED = "trail begun", "trail mended"
RUN_GOES_ON = (SUBMITTED, RESUMED, STARTED)
