"""The economy of a household: what comes in and goes out, the gap, its path, and the sharing of the means."""
