"""Resource files to typed, checked objects; an error names the file, the key and what is allowed."""
