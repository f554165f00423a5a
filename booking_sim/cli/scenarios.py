"""`booking-sim scenarios`: list the ready scenarios."""

import click

from booking_sim.scenario.ready import catalogue, path_of


@click.command("scenarios")
@click.argument("name", required=False)
def scenarios(*, name: str | None) -> None:
    """List the scenarios that come with the toolkit; with a NAME, show that one's file, to begin your own from.

    \b
      booking-sim scenarios
      booking-sim surge club_gig                    run one
      booking-sim surge club_gig --connections 4    with another setting
      booking-sim scenarios club_gig > mine.toml    begin your own from it
      booking-sim surge mine.toml
    """  # noqa: D301  click's own mark keeps the lines apart
    if name is None:
        width = max(map(len, catalogue()))
        click.echo("\n".join(f"{ready:<{width}}  {title}" for ready, title in catalogue().items()))
    else:
        click.echo(path_of(name).read_text(encoding="utf-8"), nl=False)
