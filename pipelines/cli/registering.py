"""Carrying out `tda register` and `tda registered`."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import typer

from connectors.manifest import read_manifest
from expectations.policy import load_policy
from pipelines.clock import moment
from pipelines.language.catalogue import translate
from pipelines.language.choice import choose_language
from pipelines.language.visible import visible, visible_json
from pipelines.model.dataset import Dataset
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg
from pipelines.nightly.digest import moment_text
from pipelines.nightly.registry_copy import copy_registry
from pipelines.nightly.words import STATES
from pipelines.report.words import GATES
from pipelines.settings import read_settings
from pipelines.store import registrations, registry, sweeps
from pipelines.store.database import open_store
from pipelines.store.registry import Registering

SAID = {
    Registering.ADDED: msg("registered"),
    Registering.UPDATED: msg("registration updated"),
    Registering.UNCHANGED: msg("registered already"),
}

PATH = 4096
"""Code points of a path that are shown: all of one that can be opened."""


def register_manifests(
    manifests: Sequence[Path],
    *,
    policy: Path | None,
    retire: Sequence[str],
    at: str | None,
    as_json: bool,
    lang: str | None,
) -> int:
    """Register every manifest, or none where one cannot be followed; then retire.

    Raises:
        ConfigError: a manifest or the policy cannot be followed, or nothing was named.
    """
    language = choose_language(lang, os.environ)
    settings = read_settings()
    clock = moment(at)
    if not manifests and not retire:
        raise ConfigError(
            msg("no manifest was named"),
            advice=msg("write tda register path/to/dataset.yaml"),
        )
    load_policy(policy)
    datasets = [read_manifest(manifest, roots=settings.roots) for manifest in manifests]
    _refuse_twins(datasets)
    store = open_store(settings)
    unknown = sorted(set(retire) - {known.dataset for known in registry.registered(store)})
    if unknown:
        raise ConfigError(
            msg("{dataset} is not registered", dataset=unknown[0]),
            advice=msg("see tda registered"),
        )
    done: list[dict[str, str | None]] = []
    chosen = None if policy is None else policy.absolute()
    for dataset in datasets:
        # what it is for counts from now on: an evaluation set nobody audited is a known gap
        registrations.register(store, dataset, at=clock)
        outcome = registry.register(
            store, dataset.id, manifest=dataset.manifest, policy=chosen, at=clock
        )
        done.append({"dataset": dataset.id, "registered": outcome.value})
        if not as_json:
            said = translate(SAID[outcome], language)
            typer.echo(f"{dataset.id}  {said}  {visible(str(dataset.manifest), PATH)}")
    for name in retire:
        registry.retire(store, name, at=clock)
        done.append({"dataset": name, "registered": "retired"})
        if not as_json:
            typer.echo(f"{name}  {translate(msg('registered no longer'), language)}")
    copy_registry(store, datasets)
    if as_json:
        typer.echo(visible_json(json.dumps(done, ensure_ascii=False, indent=1)))
    return 0


def _refuse_twins(datasets: Sequence[Dataset]) -> None:
    seen: dict[str, Path] = {}
    for dataset in datasets:
        if seen.setdefault(dataset.id, dataset.manifest) != dataset.manifest:
            raise ConfigError(
                msg("two manifests describe the dataset {dataset}", dataset=dataset.id),
                advice=msg("give each dataset an id of its own"),
            )


def list_registered(*, as_json: bool, lang: str | None) -> int:
    """Print the registered datasets, by name."""
    language = choose_language(lang, os.environ)
    store = open_store(read_settings())
    night = sweeps.latest_night(store)
    last = {} if night is None else {found.dataset: found for found in night.datasets}
    listed = []
    for known in registry.registered(store):
        found = last.get(known.dataset)
        stale = None if found is None else found.stale_since
        listed.append(
            {
                "dataset": known.dataset,
                "manifest": str(known.manifest),
                "policy": None if known.policy is None else str(known.policy),
                "since": known.recorded_at.isoformat(),
                "state": None if found is None else found.state.value,
                "gate": None if found is None or found.gate is None else found.gate.value,
                "run": None if found is None else found.run,
                "stale_since": None if stale is None else stale.isoformat(),
            }
        )
        if as_json:
            continue
        said = [msg("not swept yet")] if found is None else [STATES[found.state]]
        if found is not None and found.gate is not None:
            said.append(GATES[found.gate].text)
        if stale is not None:
            said.append(msg("stale since {since}", since=moment_text(stale)))
        words = "  ".join(translate(part, language) for part in said)
        typer.echo(f"{known.dataset}  {words}  {visible(str(known.manifest), PATH)}")
    if as_json:
        typer.echo(visible_json(json.dumps(listed, ensure_ascii=False, indent=1)))
    elif not listed:
        nothing = msg("no dataset is registered: tda register path/to/dataset.yaml")
        typer.echo(translate(nothing, language))
    return 0
