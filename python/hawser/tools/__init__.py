"""The command-line tools hawser-scp, hawser-sftp and hawser-ssh.

`scp.py`, `sftp.py` and `ssh.py` are the programs; what both need stands beside them, what only the
interactive shell needs in `shell/`. docs/tools.md describes them.
"""
