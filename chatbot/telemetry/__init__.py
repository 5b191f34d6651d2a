"""What the service tells of itself: logs, figures, traces, and the ID of each request; never a question by default.

Nothing is imported here: `processes.share_metrics` has to come before anything imports prometheus_client.
"""
