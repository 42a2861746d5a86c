"""One module per group of commands: parse, call, print. `table.py` lists every command."""
