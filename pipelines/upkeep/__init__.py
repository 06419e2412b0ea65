"""Looking after a workspace: what is wrong with it, what may go, and what has to stay."""
