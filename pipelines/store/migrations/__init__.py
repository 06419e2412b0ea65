"""Forward-only migrations of the audit database; its own, beside Airflow's."""
