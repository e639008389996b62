"""When: the year of visits of a helper, its checks, what became of it, and iCalendar."""
