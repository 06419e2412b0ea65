"""The audit itself: model, kernels, store, ledger, stages, reports and the command line."""
