"""What is wrong with a run: shown before everything else."""

from booking_sim.result.durability import acknowledges_early
from booking_sim.result.result import SurgeResult

_FAILED = ("error", "unknown")


def run_warnings(result: SurgeResult) -> list[str]:
    """Say what is wrong, a sentence each; nothing if all is well.

    Args:
        result: A run, as `surge` or `load` gives it.
    """
    summary, manifest, audit = result.summary(), result.manifest, result.audit
    lost = manifest["generator"]["connecting"]
    broken = int((audit["violations"] > 0).sum())
    sentences = {
        f"The run is not complete: {'; '.join(manifest['problems'])}. {summary['unanswered']:,} of"
        f" {summary['buyers']:,} buyers got no answer.": result.partial,
        f"Oversold: tickets were promised to more than one buyer at once, {summary['oversold']:,} times.": (
            summary["oversold"]
        ),
        f"Answers received and tables contradict each other: {' '.join(_violated(result))}": summary["contradictions"],
        f"The audit of the database failed: {broken} of {len(audit)} invariants are violated.": broken,
        f"{summary['errors']:,} of {summary['buyers']:,} buyers ended with an error, most often:"
        f" {_most_often(result)}.": summary["errors"],
        acknowledges_early(manifest["server"]["settings"]): acknowledges_early(manifest["server"]["settings"]),
        f"Connections were lost or refused {sum(lost.values()):,} times: {'; '.join(lost)}": lost,
    }
    return [sentence for sentence, applies in sentences.items() if applies]


def _violated(result: SurgeResult) -> list[str]:
    proof = result.proof[result.proof["violations"] > 0]
    return [f"Violated {count:,} times: {rule}" for rule, count in zip(proof["rule"], proof["violations"], strict=True)]


def _most_often(result: SurgeResult) -> str:
    failed = result.attempts[result.attempts["outcome"].isin(_FAILED)]
    return str(failed["error"].value_counts().idxmax()) if len(failed) else ""
