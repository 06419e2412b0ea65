"""An Airflow of its own: home, database, logs and secrets under `$TDA_HOME/airflow`."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def isolated_environment(
    home: Path, dags: Path, *, inherited: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment of a process whose Airflow touches no other Airflow of this machine.

    Whatever the caller has set of Airflow is left out: a foreign database or connection would
    otherwise take part in the audit.
    """
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith(("AIRFLOW__", "AIRFLOW_", "OPENLINEAGE"))
    }
    airflow = home / "airflow"
    return kept | {
        "AIRFLOW_HOME": str(airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(airflow / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{airflow / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(airflow / "logs"),
        "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "great_expectations=WARNING",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "OPENLINEAGE__DISABLED": "True",
        "TDA_HOME": str(home),
    }
