"""Voilà with people: accounts, permissions, capped kernels and a right-to-left look."""
