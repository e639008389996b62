"""The database and its edges: facts with their history, the audit chain, frozen months, import and export."""
