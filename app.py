"""Serve the chatbot: web page at /, API under /api, OpenAPI at /docs; settings come from the environment and .env."""

import sys

from chatbot.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["serve"]))
