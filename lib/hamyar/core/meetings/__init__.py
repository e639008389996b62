"""What people do together: commissions and their cases, groups, and events of general help."""
