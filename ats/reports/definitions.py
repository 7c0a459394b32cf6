"""What each figure means: a sentence and its formula, for the page of definitions and the note beside the figure."""

from dataclasses import dataclass

from ats.reports.attention import SCORECARD_DAYS


@dataclass(frozen=True)
class Definition:
    name: str
    sentence: str
    formula: str


DEFINITIONS = {
    "open-jobs": Definition(
        "Open jobs",
        "Jobs that were published and not closed when the period ended. One that was reopened counts from that day on.",
        "jobs opened before the end of the period and not closed before it",
    ),
    "active": Definition(
        "Active candidates",
        "Applications that were neither hired nor rejected when the period ended. A person with two "
        "applications counts twice.",
        "applied before the end of the period and not hired or rejected before it",
    ),
    "applications": Definition(
        "Applications",
        "Applications that arrived in the period, those that recruiters added by hand included.",
        "first change of stage in the period",
    ),
    "hires": Definition(
        "Hires",
        "Applications that moved to Hired in the period, whenever they had arrived.",
        "change to Hired in the period",
    ),
    "time-to-hire": Definition(
        "Time to hire",
        "How long it took from the application to the hire, for those hired in the period. Half of them took no longer "
        "than the median; nine in ten no longer than the 90th percentile.",
        "time of the change to Hired − time of the application, in days of 24 hours",
    ),
    "acceptance": Definition(
        "Offers accepted",
        "Of the offers that ended in the period, the share that ended with a hire. The others were declined, or taken "
        "back.",
        "changes from Offer to Hired ÷ all changes out of Offer in the period",
    ),
    "funnel": Definition(
        "From application to hire",
        "How far the applications that arrived in the period have come by now. The percentage is the share of those "
        "who reached a stage that went on to the next one; recent applications may still go on.",
        "reached the next stage ÷ reached this stage, of those who applied in the period",
    ),
    "time-in-stage": Definition(
        "Days in each stage",
        "How long those were in a stage who left it in the period, to the next one or for good. Who is still in it "
        "does not count yet.",
        "time of leaving − time of entering, in days of 24 hours; median and 90th percentile",
    ),
    "sources": Definition(
        "Sources",
        "Where the applications of the period came from, and how many of each source have reached Interview and Hired "
        "by now.",
        "reached Interview ÷ applied, hired ÷ applied, of those who applied in the period",
    ),
    "weeks": Definition(
        "Applications a week",
        "The applications of the period by the week in which they arrived. Weeks begin on Monday; the first and the "
        "last may be cut short by the period.",
        "applications per calendar week and source",
    ),
    "attention": Definition(
        "Needs attention",
        "Who waits for the team now, whatever the period: nobody answered them (in Applied over your company’s limit), "
        "they are in Screening or Interview over its limit, in Interview for more than "
        f"{SCORECARD_DAYS} days without a scorecard, or in Offer. Archived jobs are left out.",
        "today − time of the last change > the limit of the stage, in Settings",
    ),
}
"""By the name that pages and addresses know the figure by."""

RULES = (
    "Every figure is counted from the history of changes of stage. Each change is kept for good, also when a person’s "
    "data is erased.",
    "A change that was undone never counts, and neither does the undo.",
    "Days and weeks are those of your company’s time zone. A period includes its first and its last day.",
    "A change is compared with the period of as many days just before.",
    "A candidate who withdraws counts as rejected, and is shown apart where it says “withdrew”.",
)
