"""`--name` and `--tag KEY=VALUE`: what a user calls a run, to find it again."""

from collections.abc import Callable

import click

Command = Callable[..., None]


def read_tags(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Read tags, each as KEY=VALUE."""
    tags: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not key.strip() or not equals:
            raise click.BadParameter(f"'{text}' is invalid: expected KEY=VALUE, such as branch=main.")
        tags[key.strip()] = value.strip()
    return tags


def label_options(name: str, tag: str) -> Callable[[Command], Command]:
    """Give a command the options --name and --tag, each with its help."""

    def decorate(command: Command) -> Command:
        tags = click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", callback=read_tags, help=tag)
        return click.option("--name", metavar="NAME", help=name)(tags(command))

    return decorate
