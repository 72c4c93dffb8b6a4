"""Commands on the server: run to their end, with live streams, or at a terminal."""
