"""Serve the chatbot: web page at /, API under /api, OpenAPI at /docs; settings come from the environment and .env."""

import sys

from chatbot.assembly import serve
from chatbot.config import Settings, SettingsError

if __name__ == "__main__":
    try:
        serve(Settings.from_environment())
    except SettingsError as error:
        sys.exit(str(error))
