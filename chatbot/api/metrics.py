"""What an open index has counted comes in; the text that Prometheus reads goes out."""

from chatbot.api.service import OpenIndex

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render_metrics(index: OpenIndex) -> str:
    """Write the sheets that are loaded, and what became of a language model's sentences, one count an outcome."""
    lines = ["# TYPE chatbot_sheets gauge", f"chatbot_sheets {index.sheets}"]
    counts = index.model_counts
    if counts:
        lines.append("# HELP chatbot_model_total Sentences kept or dropped and answers written or not, by outcome.")
        lines.append("# TYPE chatbot_model_total counter")
        lines += [f'chatbot_model_total{{outcome="{outcome}"}} {number}' for outcome, number in counts.items()]
    return "\n".join(lines) + "\n"
