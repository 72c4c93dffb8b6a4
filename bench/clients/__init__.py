"""The Python libraries among the contestants: in each file a class Client of those calls that the
library can do, set as somebody who knows it well would set it. tasks.py says what is called."""
