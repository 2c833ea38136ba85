"""Knowledge of agents: kept, read in the background, searched in calls."""
