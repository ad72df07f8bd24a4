"""One command starts the whole panel and keeps it up.

The parent lives as long as the panel and does nothing but wait, so nothing here
imports Django, except `prepare`, which runs in a process of its own.
"""
