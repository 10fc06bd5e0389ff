"""QA: how many notes to sample, and what a sample tells of all of them."""
