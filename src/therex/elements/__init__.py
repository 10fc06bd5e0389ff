"""What is documented: one small pure function for each element, and the six contradictions."""
