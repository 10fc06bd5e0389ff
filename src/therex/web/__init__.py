"""`therex review`: reading a sample in the browser. Only FastAPI, SQLAlchemy and Alembic's room."""
