"""Validates a crate as `rocrate-validator` does, without a network. `python -m tests.support.crate_validation DIR CACHE`.

The validator looks up the vocabulary of RO-Crate 1.1, which it would have to download. Its cache gets the one that
the package rocrate ships. That is of a later version, in which the addresses of two types have changed.
"""

import io
import sys
from importlib.resources import files
from pathlib import Path

import requests
import urllib3
from requests_cache import CachedSession
from rocrate_validator import models, services

VOCABULARY = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "workflow-run-crate"


def fill_cache(cache: Path) -> None:
    """Put the vocabulary into a cache, as if it had been downloaded."""
    text = (files("rocrate") / "data" / "ro-crate.jsonld").read_text(encoding="utf-8")
    text = text.replace("https://bioschemas.org/terms/", "https://bioschemas.org/")
    body = urllib3.HTTPResponse(
        body=io.BytesIO(text.encode()),
        status=200,
        headers={"Content-Type": "application/ld+json"},
        preload_content=False,
        request_url=VOCABULARY,
    )
    with CachedSession(cache_name=str(cache), backend="sqlite") as session:
        request = session.prepare_request(requests.Request("GET", VOCABULARY))
        response = requests.adapters.HTTPAdapter().build_response(request, body)
        assert response.content
        session.cache.save_response(response)


def problems(crate: Path, cache: Path) -> list[str]:
    """Return what the profile requires and the crate has not."""
    fill_cache(cache)
    settings = services.ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier=PROFILE,
        requirement_severity=models.Severity.REQUIRED,
        offline=True,
        cache_path=str(cache),
    )
    result = services.validate(settings)
    found = [f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()]
    return found or ([] if result.passed() else ["not valid"])


if __name__ == "__main__":
    found = problems(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.exit(1 if found else 0)
