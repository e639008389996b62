"""What notebooks call: opening a case, tables, charts, findings, the footer, and the right-to-left templates."""
