"""`python -m blog` is the command line."""

from blog.cli import main

if __name__ == "__main__":
    main()
