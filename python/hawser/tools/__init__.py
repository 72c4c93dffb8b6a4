"""The command-line tools hawser-scp and hawser-sftp, on top of `_ssh`.

`scp.py` and `sftp.py` are the programs; what both need stands beside them, what only the
interactive shell needs in `shell/`. docs/tools.md describes them.
"""
