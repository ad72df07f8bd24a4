"""What programs receive: every field of every view, by name.

A field that a view gains is not shown here by itself; a test compares the two.
"""
