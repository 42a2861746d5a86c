"""Training the reference: run.py takes the steps, train.py shows how it goes and keeps what comes out."""
