"""Every message that a server may send, as it should be: to be cut and to lie with."""

from fields import (
    AUTH_60,
    AUTH_BANNER,
    AUTH_FAILURE,
    AUTH_SUCCESS,
    CLOSE,
    DATA,
    DEBUG,
    DISCONNECT,
    EOF,
    EXT_INFO,
    EXTENDED_DATA,
    GLOBAL_REQUEST,
    IGNORE,
    OPEN,
    OPEN_CONFIRMATION,
    OPEN_FAILURE,
    REQUEST,
    SERVICE_ACCEPT,
    SUCCESS,
    UNIMPLEMENTED,
    WINDOW_ADJUST,
    Count,
    Message,
    Text,
    message,
    u32,
)

ZERO = u32(0)  # the client's first channel has number 0

ANY_TIME = [
    message("IGNORE", IGNORE, Text(b"noise")),
    message("DEBUG", DEBUG, b"\1", Text(b"words"), Text(b"en")),
    message("UNIMPLEMENTED", UNIMPLEMENTED, u32(3)),
]

BY_STEP: dict[str, list[Message]] = {
    "service": [
        *ANY_TIME,
        message("SERVICE_ACCEPT", SERVICE_ACCEPT, Text(b"ssh-userauth")),
        message("EXT_INFO", EXT_INFO, Count(2), Text(b"server-sig-algs"), Text(b"ssh-ed25519"),
                Text(b"ping@openssh.com"), Text(b"0")),
    ],
    "login": [
        *ANY_TIME,
        message("FAILURE", AUTH_FAILURE, Text(b"publickey,password"), b"\0"),
        message("BANNER", AUTH_BANNER, Text(b"Welcome\n"), Text(b"en")),
        message("SUCCESS", AUTH_SUCCESS),
        message("PASSWD_CHANGEREQ", AUTH_60, Text(b"too old"), Text(b"en")),
    ],
    "open": [
        *ANY_TIME,
        message("GLOBAL_REQUEST", GLOBAL_REQUEST, Text(b"keepalive@openssh.com"), b"\1"),
        message("OPEN_CONFIRMATION", OPEN_CONFIRMATION, ZERO, u32(7), u32(1 << 20), u32(32768)),
        message("OPEN_FAILURE", OPEN_FAILURE, ZERO, u32(1), Text(b"not here"), Text(b"en")),
        message("OPEN x11", OPEN, Text(b"x11"), u32(1), u32(1 << 20), u32(32768),
                Text(b"127.0.0.1"), u32(6000)),
        message("OPEN forwarded-tcpip", OPEN, Text(b"forwarded-tcpip"), u32(1), u32(1 << 20),
                u32(32768), Text(b"0.0.0.0"), u32(80), Text(b"10.0.0.1"), u32(5000)),
    ],
    "exec": [
        message("CHANNEL_SUCCESS", SUCCESS, ZERO),
        message("WINDOW_ADJUST", WINDOW_ADJUST, ZERO, u32(5)),
    ],
    "finish": [
        *ANY_TIME,
        message("DATA", DATA, ZERO, Text(b"false")),
        message("EXTENDED_DATA", EXTENDED_DATA, ZERO, u32(1), Text(b"false")),
        message("WINDOW_ADJUST", WINDOW_ADJUST, ZERO, u32(5)),
        message("EOF", EOF, ZERO),
        message("CLOSE", CLOSE, ZERO),
        message("exit-status", REQUEST, ZERO, Text(b"exit-status"), b"\0", u32(0)),
        message("exit-signal", REQUEST, ZERO, Text(b"exit-signal"), b"\0", Text(b"TERM"), b"\0",
                Text(b"core"), Text(b"en")),
        message("unknown request", REQUEST, ZERO, Text(b"unknown@example"), b"\1"),
    ],
}  # fmt: skip

BYE = message("DISCONNECT", DISCONNECT, u32(11), Text(b"bye"), Text(b"en"))
