"""Ports of this machine that lead through a session: to one place, or to any by SOCKS."""
