"""Assessment to text, JSON, CSV, XLSX and HTML: one module a format."""
