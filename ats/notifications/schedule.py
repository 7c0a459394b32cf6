"""What runs by the clock: `rq cron -S json ats.notifications.schedule`. Two of them at once do no harm: all is idempotent.

The jobs are named, not imported, for mail stands below the features whose housekeeping it keeps time for.
"""

from rq import cron
from werkzeug.utils import import_string

from ats import background

SWEEP_SECONDS = 10
HOUSEKEEPING_SECONDS = 3600

for queue, job, seconds in (
    (background.MAIL, "ats.notifications.delivery.sweep", SWEEP_SECONDS),
    (background.FILES, "ats.candidates.housekeeping.read_unread", HOUSEKEEPING_SECONDS),
    (background.FILES, "ats.candidates.housekeeping.sweep_files", HOUSEKEEPING_SECONDS),
):
    cron.register(
        import_string(job), queue, interval=seconds, job_timeout=background.JOB_SECONDS, result_ttl=0, ttl=seconds
    )
