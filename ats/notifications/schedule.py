"""What runs by the clock: `flask --app wsgi schedule`. Two of them at once do no harm.

Not `rq cron`, which pickles its jobs whatever serializer it is told (RQ 3.0): our workers read JSON, and JSON only.
"""

import signal
import threading
import time

from ats import background

JOBS = {
    "ats.notifications.delivery.sweep": (background.MAIL, 10),
    "ats.candidates.housekeeping.read_unread": (background.FILES, 3600),
    "ats.candidates.housekeeping.sweep_files": (background.FILES, 3600),
    "ats.candidates.drafts.sweep_drafts": (background.FILES, 600),
    "ats.privacy.retention.erase_due": (background.FILES, 24 * 3600),
    "ats.reports.weekly.post_due": (background.MAIL, 900),
}
"""Functions by their dotted names, for mail stands below the features it keeps time for; their queue and period in
seconds."""


def run() -> None:
    """Nudge the workers at each job's time until the process is told to stop. Needs an application context."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    last: dict[str, int] = {}
    while not stop.wait(0.5):
        tick(last, time.time())


def tick(last: dict[str, int], now: float) -> None:
    """Enqueue what is due at `now`, in seconds since 1970; `last` keeps each job's last period.

    The period is part of the job's id, so that a second schedule finds it taken.
    """
    for job, (queue, seconds) in JOBS.items():
        period = int(now // seconds)
        if last.get(job) != period:
            last[job] = period
            background.enqueue(queue, job, job_id=f"{job.rpartition('.')[2]}-{period}")
