"""Grade many submissions in parallel, on this machine or on a Dask cluster, and record each verdict in a ledger."""
