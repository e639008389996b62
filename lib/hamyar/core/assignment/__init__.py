"""Who helps whom: helpers, their training, and the families each carries for a year."""
