"""Ports and sockets here that lead through a session, and those of the server that lead here."""
