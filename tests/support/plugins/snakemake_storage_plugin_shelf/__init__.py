"""The smallest storage of Snakemake's: files in a folder that jobs cannot see otherwise."""

import shutil
from pathlib import Path

from snakemake_interface_storage_plugins.storage_object import (
    StorageObjectRead,
    StorageObjectWrite,
)
from snakemake_interface_storage_plugins.storage_provider import (
    StorageProviderBase,
    StorageQueryValidationResult,
)


class StorageProvider(StorageProviderBase):
    """Takes any path for a query."""

    @classmethod
    def example_queries(cls):
        return []

    @classmethod
    def is_valid_query(cls, query):
        return StorageQueryValidationResult(query=query, valid=True)

    def rate_limiter_key(self, query, operation):  # noqa: ARG002 - the interface's
        return None

    def default_max_requests_per_second(self):
        return 1000.0

    def use_rate_limiter(self):
        return False


class StorageObject(StorageObjectRead, StorageObjectWrite):
    """A file, copied to and fro."""

    async def inventory(self, cache):
        """Leave every question to be asked when it matters."""

    def get_inventory_parent(self):
        return None

    def local_suffix(self):
        return self.query.removeprefix("/")

    def cleanup(self):
        """Leave nothing to clean up."""

    def exists(self):
        return Path(self.query).exists()

    def mtime(self):
        return Path(self.query).stat().st_mtime

    def size(self):
        return Path(self.query).stat().st_size

    def retrieve_object(self):
        shutil.copy2(self.query, self.local_path())

    def store_object(self):
        Path(self.query).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(self.local_path(), self.query)

    def remove(self):
        Path(self.query).unlink()
