# The commands of CONTRIBUTING.md, run in the development environment.
.PHONY: check test fast docs site

check:  ## style, types and layout
	pytest -q tests/house/test_style.py

test:  ## everything that CI runs
	pytest -n 2

fast:  ## what takes a tenth of the time
	pytest -n 2 -m "not slow"

docs:  ## the pages that are made from the code
	python -m mlx2smk.diagnostics > docs/diagnostics.md

site:  ## the documentation as a site, in build/site
	NO_MKDOCS_2_WARNING=1 mkdocs build --quiet --strict --config-file docs/site/mkdocs.yml
