"""The hiring pipeline: the only place that knows which stages there are and how an application moves between them.

Board columns, headings, legal drops, mails and the database's CHECK of legal moves are all read off `HiringPipeline`.
"""

from typing import Any, Protocol

from statemachine import Event, State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from ats.errors import Refusal


class MoveRefused(Refusal):
    """The machine has no such move. The text is fit to show to the person who tried it."""

    status = 422


class Stage(State):
    """A state, and what the rest of the product needs to know about it.

    `mail` names the folder in templates/emails/ of the mail that entering the stage sends to the candidate.
    `days` are the days in the stage after which a card counts as late, and as far too late.
    """

    def __init__(self, name: str, *, mail: str, days: tuple[int, int] | None = (7, 14), **options: Any) -> None:
        super().__init__(name, **options)
        self.mail = mail
        self.days = days


class Movable(Protocol):
    """What the machine moves."""

    stage: str

    @property
    def first_name(self) -> str: ...

    def record(self, source: str, target: str, *, actor: Any, reason: str | None, mail: str | None) -> None: ...


# StateMachine, not StateChart: an illegal move must raise, never pass in silence.
class HiringPipeline(StateMachine):
    applied = Stage("Applied", mail="application-received", initial=True)
    screening = Stage("Screening", mail="stage-screening")
    interview = Stage("Interview", mail="stage-interview")
    offer = Stage("Offer", mail="stage-offer")
    hired = Stage("Hired", mail="stage-hired", days=None, final=True)
    rejected = Stage("Rejected", mail="stage-rejected", days=None, final=True)

    screen = Event(applied.to(screening), name="Move to Screening")
    invite = Event(screening.to(interview), name="Move to Interview")
    make_offer = Event(interview.to(offer), name="Move to Offer")
    hire = Event(offer.to(hired), name="Hire")
    reject = Event(rejected.from_(applied, screening, interview, offer), name="Reject")

    def __init__(self, application: Movable) -> None:
        super().__init__(application, state_field="stage")

    def move_to(self, target: str, *, actor: Any, reason: str | None = None, mail: str | None = None) -> None:
        """Move to the stage `target`; raises MoveRefused if no transition leads there from where the application is."""
        source = self.model.stage
        try:
            self.send(MOVES.get((source, target), f"no move to {target}"), actor=actor, reason=reason, mail=mail)
        except TransitionNotAllowed:
            raise MoveRefused(refusal(self.model.first_name, source, target)) from None

    def after_transition(self, source: State, target: State, actor: Any, reason: str | None, mail: str | None) -> None:
        self.model.record(source.value, target.value, actor=actor, reason=reason, mail=mail)


STAGES: list[Stage] = list(HiringPipeline.states)
STAGE: dict[str, Stage] = {stage.value: stage for stage in STAGES}
STAGE_NAMES: dict[str, str] = {stage.value: stage.name for stage in STAGES}
MOVES: dict[tuple[str, str], str] = {
    (stage.value, move.target.value): move.event for stage in STAGES for move in stage.transitions
}
LABELS: dict[tuple[str, str], str] = {pair: getattr(HiringPipeline, event).name for pair, event in MOVES.items()}
TARGETS: dict[str, list[str]] = {
    stage.value: [target.value for target in STAGES if (stage.value, target.value) in MOVES] for stage in STAGES
}
"""For each stage the stages that may follow it, in the board's order."""

FIRST = next(stage.value for stage in STAGES if stage.initial)
OPEN_STAGES = [stage.value for stage in STAGES if not stage.final]


def refusal(name: str, source: str, target: str) -> str:
    """Why a move is not possible, and which ones are."""
    if target not in STAGE:
        return f"There is no stage “{target}”."
    if source == target:
        return f"{name} is in {STAGE[source].name} already."
    if not TARGETS[source]:
        return f"{name} is {STAGE[source].name.lower()}, and that is final."
    names = [STAGE[legal].name for legal in TARGETS[source]]
    return (
        f"{name} is in {STAGE[source].name} and can go to {' or '.join(names)} from there, not to {STAGE[target].name}."
    )


def diagram() -> str:
    """The stages and moves as a Mermaid state diagram, as README.md shows it."""
    lines = ["stateDiagram-v2", "    direction LR", f"    [*] --> {STAGE_NAMES[FIRST]}"]
    lines += [f"    {STAGE_NAMES[source]} --> {STAGE_NAMES[target]}" for source, target in MOVES]
    lines += [f"    {stage.name} --> [*]" for stage in STAGES if stage.final]
    return "\n".join(lines)
