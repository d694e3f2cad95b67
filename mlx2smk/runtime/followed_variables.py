"""Which environment variables a result rests on if its run has read them."""

from __future__ import annotations

PASSED = frozenset(
    {
        *("HOME", "PATH", "PWD", "OLDPWD", "SHELL", "SHLVL", "USER", "LOGNAME", "HOSTNAME", "_"),
        *("TERM", "COLUMNS", "LINES", "TMPDIR", "TEMP", "TMP", "PYTHONPATH", "PYTHONHASHSEED"),
        "CUDA_VISIBLE_DEVICES",
    }
)
"""Variables that every program reads, or that differ from job to job: never followed."""

PASSED_STARTS = ("MLX_", "SNAKEMAKE_", "SLURM_", "SSH_", "PBS_", "LSB_")

LIBRARIES_OWN = ("XDG_", "LC_", "LANG", "CONDA", "VIRTUAL_ENV", "PYTHON", "DISPLAY", "WAYLAND_")
"""Variables that describe a session; followed only if the user's own code reads them."""

THREADS = ("OMP_", "MKL_", "OPENBLAS_", "GOTO_", "NUMEXPR_", "VECLIB_", "BLIS_", "KMP_", "LOKY_")
"""Numbers of threads, which Snakemake sets for each job; followed like LIBRARIES_OWN."""

TERMINAL = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLORTERM", "TERM_PROGRAM", "CI", "TZ")


def is_followed(name: str, *, by_user: bool) -> bool:
    """Tell whether a variable counts that the user's own code, or only that of a library, has read."""
    if name in PASSED or name.startswith(PASSED_STARTS):
        return False
    return by_user or not name.startswith((*LIBRARIES_OWN, *THREADS, *TERMINAL))
