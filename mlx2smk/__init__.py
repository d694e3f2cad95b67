"""Compiles experiments (``@setup``, ``@trial``, ``@verify``) to Snakemake workflows.

Experiments import the decorators from here; they return the functions unchanged.
"""

from mlx2smk.decorators import VerificationResult, setup, trial, verify

__all__ = ["VerificationResult", "setup", "trial", "verify"]
