"""Stands where CompVis/latent-diffusion has ldm/util.py: makes what a configuration names."""

import importlib


def instantiate_from_config(config):
    module, _, name = config["target"].rpartition(".")
    return getattr(importlib.import_module(module), name)(**config.get("params", {}))
