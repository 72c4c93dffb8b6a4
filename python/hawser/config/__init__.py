"""ssh_config, read as OpenSSH reads it: `SSHConfig` is what files say, `HostConfig` what they say
about one host. docs/config.md lists the keywords.
"""

from .errors import ConfigError
from .forwards import Forward
from .host_config import HostConfig
from .names import Jump
from .ssh_config import SSHConfig

__all__ = ["ConfigError", "Forward", "HostConfig", "Jump", "SSHConfig"]
