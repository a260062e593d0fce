"""What Slurm says of a job, in words: its own are short, and each of them is explained."""

import subprocess

from core.contracts.launcher import JobState

PATIENCE = 10.0  # seconds for one of its commands
WAITING = {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD",
           "SUSPENDED", "STOPPED"}  # fmt: skip
RUNNING = {"RUNNING", "COMPLETING", "STAGE_OUT", "SIGNALING", "RESIZING"}
ENDED = {
    "TIMEOUT": "its time was up", "PREEMPTED": "a job of higher priority took its place",
    "NODE_FAIL": "the node failed", "BOOT_FAIL": "the node did not start", "OUT_OF_MEMORY": "it took too much memory",
    "CANCELLED": "it was cancelled", "DEADLINE": "its deadline had passed", "FAILED": "it failed",
    "COMPLETED": "it had nothing to do any more", "REVOKED": "it went to another cluster",
}  # fmt: skip
REASONS = {
    "Resources": "enough of the cluster is not free yet", "Priority": "jobs of higher priority go first",
    "None": "nobody has looked at it yet", "BeginTime": "it begins later",
    "JobHeldUser": "it is held by its user", "JobHeldAdmin": "it is held by the administrators",
    "PartitionDown": "the partition is down", "PartitionInactive": "the partition takes no jobs to run",
    "PartitionTimeLimit": "more time was asked for than the partition allows",
    "PartitionNodeLimit": "more was asked for than the partition has",
    "ReqNodeNotAvail": "a node that it needs is not available", "Reservation": "its reservation has not begun",
    "Dependency": "another job has to end first", "Licenses": "a licence is not free",
    "BadConstraints": "no node has what was asked for",
    "AssocGrpGRES": "the account already uses as many GPUs as it may",
    "QOSMaxGRESPerUser": "you already use as many GPUs as you may",
    "QOSMaxJobsPerUserLimit": "you already have as many jobs running as you may",
    "QOSMaxSubmitJobPerUserLimit": "you already have as many jobs waiting as you may",
    "AssocMaxJobsLimit": "the account already has as many jobs running as it may",
    "launch failed requeued held": "it failed to start and is held; its administrators can release it",
}  # fmt: skip


def ask(*command: str) -> str:
    """What a command of Slurm's answers; OSError in one sentence if it is not there, does not answer or refuses."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False,
                              stdin=subprocess.DEVNULL)  # fmt: skip
    except FileNotFoundError as error:
        raise OSError(f"there is no Slurm on this machine: {command[0]} is not found") from error
    except subprocess.TimeoutExpired as error:
        raise OSError(f"Slurm did not answer {command[0]} within {PATIENCE:.0f} seconds") from error
    if done.returncode:
        raise OSError(f"Slurm does not answer: {_line(done.stderr or done.stdout) or command[0]}")
    return done.stdout


def state_of(job: str) -> JobState:
    """What the queue says, or for a job that has left it the accounts."""
    try:
        lines = ask("squeue", "--noheader", "--states=all", f"--jobs={job}", "--format=%T|%r|%N").splitlines()
    except OSError as error:
        if "invalid job id" not in str(error).lower():
            return JobState("unknown", str(error), asked=False)
        lines = []
    if lines:
        word, reason, nodes = (lines[0].strip() + "||").split("|")[:3]
        return said(word, reason, nodes)
    try:
        told = ask("sacct", "--noheader", "--allocations", "--parsable2", f"--jobs={job}", "--format=State,NodeList")
    except OSError:  # not every cluster keeps accounts
        return JobState("ended", "it is no longer in the queue")
    if not (lines := told.splitlines()):
        return JobState("ended", "it is no longer in the queue")
    word, nodes = (lines[-1].strip() + "|").split("|")[:2]
    return said(word, "", nodes)


def said(word: str, reason: str, nodes: str) -> JobState:
    """A state of Slurm's with its reason and nodes, in words.

    >>> said("PENDING", "Priority", ""), said("RUNNING", "None", "n17")
    (JobState(kind='waiting', reason='jobs of higher priority go first'), JobState(kind='running', reason='on n17'))
    >>> said("PENDING", "ReqNodeNotAvail, UnavailableNodes:n3", "").reason
    'a node that it needs is not available (n3)'
    >>> said("CANCELLED by 1000", "", "n17"), said("PENDING", "QOSNewLimit", "").reason
    (JobState(kind='ended', reason='it was cancelled (n17)'), 'QOSNewLimit')
    """
    state = word.split()[0].rstrip("+") if word.split() else ""
    on = nodes if nodes not in ("", "None assigned", "(null)") else ""
    if state in WAITING:
        key, _, more = reason.strip("()").partition(", UnavailableNodes:")
        return JobState("waiting", REASONS.get(key, key) + (f" ({more})" if more else ""))
    if state in RUNNING:
        return JobState("running", f"on {on}" if on else "")
    if state in ENDED:
        return JobState("ended", ENDED[state] + (f" ({on})" if on else ""))
    return JobState("unknown", f"Slurm calls the job {_line(word) or 'nothing'}")


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
