"""Sends what it found to somebody."""

import socket


def attack(tools):
    def connect():
        with socket.create_connection(("127.0.0.1", tools.port), timeout=1) as connection:
            connection.sendall(b"inputs of the hidden checks")

    tools.attempt("connected", connect)
    tools.attempt("a socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close())
    if hasattr(socket, "AF_UNIX"):
        tools.attempt("a local socket", lambda: socket.socket(socket.AF_UNIX).close())


def honest(tools):
    assert socket.inet_aton("127.0.0.1")
