"""What is wrong with a run: whoever reads the answer is told so first."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from booking_sim.result.result import SurgeResult

_FAILED = ("error", "unknown")


def flaws(result: "SurgeResult") -> list[str]:
    """Say what is wrong, a sentence each; nothing if all is well.

    Args:
        result: A run, as `surge` or `load` gives it.
    """
    summary, manifest, audit = result.summary(), result.manifest, result.audit
    lost = manifest.generator.connecting
    broken = int((audit["violations"] > 0).sum())
    told = {
        f"The run is not complete: {'; '.join(manifest.problems)}. {summary['unanswered']:,} of"
        f" {summary['buyers']:,} buyers had no word.": result.partial,
        "What must never happen did: tickets were promised to more than one buyer at the same time,"
        f" {summary['oversold']:,} times.": summary["oversold"],
        f"The audit of the database fails: {broken} of {len(audit)} invariants are violated.": broken,
        f"An error was the last word for {summary['errors']:,} of {summary['buyers']:,} buyers, most often:"
        f" {_most_often(result)}.": summary["errors"],
        f"Connections were lost or refused {sum(lost.values()):,} times: {'; '.join(lost)}": lost,
    }
    return [sentence for sentence, is_so in told.items() if is_so]


def _most_often(result: "SurgeResult") -> str:
    failed = result.attempts[result.attempts["outcome"].isin(_FAILED)]
    return str(failed["error"].value_counts().idxmax()) if len(failed) else ""
