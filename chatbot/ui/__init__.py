"""The Gradio page: an `Answer`, a `Sheet` or a catalogue query comes in, French HTML goes out; it decides nothing."""

from chatbot.ui.page import FIRST, build_page, mount_page

__all__ = ["FIRST", "build_page", "mount_page"]
