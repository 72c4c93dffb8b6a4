"""The interactive half of hawser-sftp.

`words` cuts a line, `table` names the commands, `commands_*` are they, `state` is what they share,
`loop` reads and runs lines, `completion` helps to type them.
"""
