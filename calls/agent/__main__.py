"""`python -m agents.worker`."""

from agents.worker.main import main

if __name__ == "__main__":
    main()
