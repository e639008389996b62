"""The form of one family: what can be entered, its state, and its page."""
