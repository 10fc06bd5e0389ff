"""`python -m therex`."""

from therex.cli.app import main

if __name__ == "__main__":
    main()
