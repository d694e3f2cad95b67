"""Compiles experiments (``@setup``, ``@trial``, ``@verify``) to Snakemake workflows.

Experiments import the decorators from here; they change nothing about the functions that they mark.
"""

from mlx2smk.decorators import VerificationResult, setup, trial, verify

__all__ = ["VerificationResult", "setup", "trial", "verify"]
