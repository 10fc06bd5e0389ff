"""Note to Doc to NoteView: the only room, with training and corpus, that knows spaCy."""
