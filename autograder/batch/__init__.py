"""Grade many submissions in parallel, on this machine or on a Dask cluster, with a ledger."""
