"""The command `keys`: who may use the API and the page; a name comes in, a key is shown once, a hash is kept."""

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.config import Settings, SettingsError
from chatbot.upkeep import refuse, report

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from chatbot.edges.hashes import Register


def add_key_commands(commands: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    keys = commands.add_parser("keys", help="keys for the API (CHATBOT_KEYS), users of the page (CHATBOT_PAGE_USERS)")
    actions = keys.add_subparsers(required=True, metavar="ACTION")
    for name, run, told in (
        ("add", run_add, "make a key, and print it this once"),
        ("revoke", run_revoke, "a key counts no more"),
        ("user", run_user, "give a user of the page a password, asked for here or read from a pipe"),
        ("remove", run_remove, "a user of the page counts no more"),
    ):
        action = actions.add_parser(name, help=told)
        action.add_argument("name", metavar="NAME")
        action.set_defaults(run=run)
    actions.add_parser("list", help="names of keys and users, since when").set_defaults(run=run_list)


def run_add(options: argparse.Namespace, settings: Settings) -> int:
    """Make a key."""
    from chatbot.edges.hashes import hash_key, make_key

    register = _keys(settings)
    if options.name in register.read():
        return refuse(f"There is a key {options.name!r} already: revoke it first, or give another name.")
    key = make_key()
    register.put(options.name, hash_key(key))
    report(f"Key of {options.name!r}. It is shown this once, and only its hash is kept:")
    print(key)
    return 0


def run_revoke(options: argparse.Namespace, settings: Settings) -> int:
    """Revoke a key."""
    return _remove(_keys(settings), options.name)


def run_user(options: argparse.Namespace, settings: Settings) -> int:
    """Add a user of the page, or change a password."""
    from chatbot.edges.hashes import MAX_PASSWORD, MIN_PASSWORD, hash_password

    register = _users(settings)
    if ":" in options.name:
        return refuse("The name of a user can't hold ':'.")
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        return refuse(f"The password has {len(password)} characters: give {MIN_PASSWORD} to {MAX_PASSWORD}.")
    register.put(options.name, hash_password(password))
    print(f"{options.name!r} may open the page.")
    return 0


def run_remove(options: argparse.Namespace, settings: Settings) -> int:
    """Remove a user of the page."""
    return _remove(_users(settings), options.name)


def run_list(options: argparse.Namespace, settings: Settings) -> int:
    """List keys and users."""
    from chatbot.edges.hashes import Register

    for kind, path in (("key", settings.keys), ("user", settings.page_users)):
        for name, entry in sorted((Register(path).read() if path else {}).items()):
            print(f"{kind}\t{name}\t{entry.get('since', '')}")
    if not (settings.keys or settings.page_users):
        report("Neither CHATBOT_KEYS nor CHATBOT_PAGE_USERS names a file: everything is open.")
    return 0


def _remove(register: "Register", name: str) -> int:
    if not register.remove(name):
        return refuse(f"There is no {name!r} in '{register.path}'. See: python -m chatbot keys list")
    print(f"{name!r} counts no more.")
    return 0


def _keys(settings: Settings) -> "Register":
    return _register(settings.keys, "CHATBOT_KEYS")


def _users(settings: Settings) -> "Register":
    return _register(settings.page_users, "CHATBOT_PAGE_USERS")


def _register(path: Path | None, variable: str) -> "Register":
    from chatbot.edges.hashes import Register

    if path is None:
        raise SettingsError(f"{variable} names no file: give one, here and where the server runs.")
    return Register(path)
