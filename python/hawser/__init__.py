"""Hawser: an SSH-2 client. The engine is the module `_ssh`; the tools stand in `hawser.tools`.

Nothing is imported before it is used, so that `import hawser` costs nothing.
"""

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> str:
    if name == "__version__":
        import _ssh

        return _ssh.__version__
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
