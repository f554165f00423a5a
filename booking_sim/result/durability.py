"""Whether the server acknowledges what a crash can still take away."""

from collections.abc import Mapping


def acknowledges_early(settings: Mapping[str, str]) -> str:
    """Say in a sentence that answers came before data was durable; empty if they did not.

    Args:
        settings: The server's settings that the manifest keeps, by name.
    """
    early = [f"{name}={settings[name]}" for name in ("fsync", "synchronous_commit") if settings.get(name) == "off"]
    if not early:
        return ""
    return (
        f"The server acknowledged before data was durable ({', '.join(early)}): a crash can lose what was acknowledged."
    )
