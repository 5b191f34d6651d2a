"""Settings in, a LangChain chat model that answers in time out; an error that names the extra to install."""

from __future__ import annotations

import ipaddress
import math
import os
from typing import Any, cast
from urllib.parse import urlsplit

from chatbot.config import Settings, SettingsError
from chatbot.llm.composer import ANSWER_TOKENS
from chatbot.llm.language_model import Breaker, ChatModel, LanguageModel

EXTRAS = ("ollama", "openai", "mistralai")  # as in pyproject.toml; the names of the providers too
NO_KEY = "none"  # OpenAI's client insists on a key where a local server wants none


def open_model(settings: Settings, breaker: Breaker | None = None) -> LanguageModel:
    """Open the chat model that the settings name; raise SettingsError when it can't be opened."""
    from langchain.chat_models import init_chat_model

    provider = settings.llm.partition(":")[0]
    try:
        model = init_chat_model(settings.llm, **list_arguments(settings))
    except ImportError as error:
        raise SettingsError(_missing(provider, settings.llm, error)) from error
    except Exception as error:
        reason = _explain(error, settings.llm_api_key)
        raise SettingsError(f"CHATBOT_LLM={settings.llm!r} can't be opened ({reason}): mend it or unset it.") from error
    return LanguageModel(
        cast(ChatModel, model),
        settings.llm,
        remote=is_remote(settings),
        timeout=settings.llm_timeout,
        concurrency=settings.llm_concurrency,
        context=settings.llm_context,
        private=settings.llm_privacy == "strict",
        breaker=breaker,
    )


def list_arguments(settings: Settings) -> dict[str, Any]:
    """Give what a provider's model is made with: no retries of its own, no call that outlives the time allowed."""
    provider = settings.llm.partition(":")[0]
    given: dict[str, Any] = {"temperature": 0}
    if settings.llm_base_url:
        given["base_url"] = settings.llm_base_url
    if provider == "ollama":
        given |= {"num_ctx": settings.llm_context, "num_predict": ANSWER_TOKENS, "reasoning": False}
        given["client_kwargs"] = {"timeout": settings.llm_timeout}
        if settings.llm_api_key:
            given["client_kwargs"]["headers"] = {"Authorization": f"Bearer {settings.llm_api_key}"}
        return given
    timeout = math.ceil(settings.llm_timeout) if provider == "mistralai" else settings.llm_timeout
    given |= {"max_retries": 0, "timeout": timeout, "max_tokens": ANSWER_TOKENS}
    if settings.llm_api_key:
        given["api_key"] = settings.llm_api_key
    elif provider == "openai" and settings.llm_base_url and not os.environ.get("OPENAI_API_KEY"):
        given["api_key"] = NO_KEY
    return given


def is_remote(settings: Settings) -> bool:
    """Whether questions leave this machine: all but a loopback address counts as elsewhere."""
    provider = settings.llm.partition(":")[0]
    url = settings.llm_base_url
    if not url and provider == "ollama":
        url = os.environ.get("OLLAMA_HOST") or "http://127.0.0.1"
    host = (urlsplit(url if "//" in url else f"//{url}").hostname or "") if url else ""
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def _explain(error: Exception, secret: str) -> str:
    """Say in a line what a provider objects to; pydantic's own message would show what it was given, key included."""
    found = getattr(error, "errors", None)
    text = "; ".join(problem["msg"] for problem in found()) if callable(found) else str(error)
    return " ".join((text.replace(secret, "…") if secret else text).split())[:200]


def _missing(provider: str, name: str, error: ImportError) -> str:
    if provider in EXTRAS:
        remedy = f"its extra isn't installed. Run: .venv/bin/python -m pip install -c constraints.txt '.[{provider}]'"
    else:
        remedy = f"its package isn't installed ({' '.join(str(error).split())[:160]})"
    return f"CHATBOT_LLM={name!r}: {remedy}"
