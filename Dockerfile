# The image of every tda service: the hashed lock, then the wheel. Nothing is mounted but dags/.
FROM python:3.12-slim AS wheel
WORKDIR /source
COPY pyproject.toml setup.cfg setup.py README.md LICENSE ./
COPY requirements requirements
COPY connectors connectors
COPY expectations expectations
COPY pipelines pipelines
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt -c requirements/build.txt \
    && pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel .

FROM python:3.12-slim
RUN useradd --create-home --uid 50000 tda \
    && install -d -o tda -g tda /var/lib/tda /opt/airflow
COPY requirements/server.txt /tmp/server.txt
RUN pip install --no-cache-dir --require-hashes -r /tmp/server.txt -c /tmp/server.txt \
    && rm /tmp/server.txt
COPY --from=wheel /wheel /tmp/wheel
RUN pip install --no-cache-dir --no-deps /tmp/wheel/*.whl && rm -r /tmp/wheel
COPY dags /opt/airflow/dags
ENV AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/airflow/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    TDA_HOME=/var/lib/tda \
    PYTHONUNBUFFERED=1
USER tda
WORKDIR /var/lib/tda
CMD ["tda", "--help"]
