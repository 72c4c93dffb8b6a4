"""Files on the server: paths as `pathlib` has them, and copies of files and trees."""
