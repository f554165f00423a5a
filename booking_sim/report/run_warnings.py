"""What is wrong with a run: shown before everything else."""

from booking_sim.result.durability import acknowledges_early
from booking_sim.result.result import SurgeResult
from booking_sim.stats.caveats import caveats
from booking_sim.stats.failures import common_errors
from booking_sim.stats.sessions import foreign_load


def run_warnings(result: SurgeResult) -> list[str]:
    """Say what is wrong, a sentence each; nothing if all is well.

    Args:
        result: A run, as `surge` or `load` gives it.
    """
    summary, manifest, audit = result.summary(), result.manifest, result.audit
    lost = manifest.generator.connecting
    early = acknowledges_early(manifest.environment.server["settings"])
    broken = int((audit["violations"] > 0).sum())
    sentences = {
        f"The run is not complete: {'; '.join(manifest.problems)}. {summary['unanswered']:,} of"
        f" {summary['buyers']:,} buyers got no answer.": result.partial,
        "The audit of the database was not done: nothing is known of its invariants.": not audit["checked"].any(),
        f"Oversold: tickets were promised to more than one buyer at once, {summary['oversold']:,} times.": (
            summary["oversold"]
        ),
        f"Answers received and tables contradict each other: {' '.join(_violated(result))}": summary["contradictions"],
        f"The audit of the database failed: {broken} of {len(audit)} invariants are violated.": broken,
        f"{summary['errors']:,} calls failed, most often: {_most_often(result)}.": summary["errors"],
        early: early,
        f"The server died and was started again {len(manifest.server_restarts)} times.": manifest.server_restarts,
        f"Connections were lost or refused {sum(lost.values()):,} times: {'; '.join(lost)}": lost,
    }
    return [
        *(sentence for sentence, applies in sentences.items() if applies),
        *foreign_load(result.sessions, result.waits),
        *caveats(summary, result.scenario),
    ]


def _violated(result: SurgeResult) -> list[str]:
    proof = result.proof[result.proof["violations"] > 0]
    return [f"Violated {count:,} times: {rule}" for rule, count in zip(proof["rule"], proof["violations"], strict=True)]


def _most_often(result: SurgeResult) -> str:
    errors = common_errors(result.recorded.columns("call", "outcome", "sqlstate", "error"))
    return f"{errors['call'][0]}: {errors['error'][0]}" if len(errors) else ""
