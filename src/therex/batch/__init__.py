"""Many notes: workers, quarantine, resumption, whole outputs."""
