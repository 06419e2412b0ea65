"""The registered datasets in the file the forms of Airflow are made of."""

from collections.abc import Sequence

from pipelines.model.dataset import Dataset
from pipelines.registry_file import Entry, read_registry, registry_path, write_registry
from pipelines.store import registry
from pipelines.store.database import Store


def copy_registry(store: Store, read: Sequence[Dataset] = ()) -> None:
    """The registry file says what the database says; titles come from the manifests just read."""
    path = registry_path(store.settings.home)
    before = read_registry(path)
    described = {dataset.id: dataset for dataset in read}
    entries: dict[str, Entry] = {}
    for known in registry.registered(store):
        dataset, earlier = described.get(known.dataset), before.get(known.dataset)
        entries[known.dataset] = Entry(
            manifest=str(known.manifest),
            policy=None if known.policy is None else str(known.policy),
            title=dataset.title if dataset else earlier.title if earlier else {},
            purpose=dataset.purpose.value if dataset else earlier.purpose if earlier else None,
        )
    write_registry(path, entries)
