"""Everything that knows Airflow, outside dags/."""
