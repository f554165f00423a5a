"""What is known of a surge before its workers start: the context of the run."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking_sim.result.manifest import Manifest
from booking_sim.scenario.scenario import Scenario
from booking_sim.skip_depth.measure import Measure
from booking_sim.strategies import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """One run of a scenario on one database.

    Attributes:
        scenario: What is simulated.
        strategy: How tickets are claimed.
        event_ids: The events of the run.
        measure: How the skip depth of some calls is measured; None: it is not.
        target_url: The database of the run.
        token: What the names of the run's sessions end with; no other run on any server has it.
        manifest: What is known of the run before its workers start.
    """

    scenario: Scenario
    strategy: Strategy
    event_ids: Sequence[int]
    measure: Measure | None
    target_url: str
    token: str
    manifest: Manifest

    @property
    def application_name(self) -> str:
        """The application_name of the workers' connections."""
        return f"booking_sim surge {self.token}"

    def __repr__(self) -> str:
        """Leave the URL out: it may hold a password."""
        return f"RunContext(application_name={self.application_name!r}, event_ids={list(self.event_ids)})"
