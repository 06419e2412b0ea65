"""The stages of an audit run; pipelines.flow holds their order."""
