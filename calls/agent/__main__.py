"""`python -m calls.agent`."""

from agents.worker.main import main

if __name__ == "__main__":
    main()
