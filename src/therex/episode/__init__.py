"""Many notes of one patient: what shows only when they are read together. Pure functions over assessments of single notes."""
