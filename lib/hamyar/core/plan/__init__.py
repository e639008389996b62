"""From harms to help: the catalogue of programmes, what is proposed, decided, aimed at, and done by whom."""
