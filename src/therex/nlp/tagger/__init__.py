"""The tagger: open labels, the state of each element and the kind of note, read by a small pretrained encoder."""
