"""Safe, at risk, harmed: from what was observed and measured to a level, its reasons, and what would change it."""
