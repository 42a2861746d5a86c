"""One module per group of commands: parse, call, print. `command_table` lists every command."""
