"""From the name of a host to a session that is logged in.

`connect.py` is the whole way; `settings.py` is what is known of one hop of it. The steps stand
apart: `dialing.py` and `proxies.py` reach the server, `keys.py` and `login.py` log in.
"""
