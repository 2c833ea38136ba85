"""`python -m calls.agent`."""

from calls.agent.main import main

if __name__ == "__main__":
    main()
