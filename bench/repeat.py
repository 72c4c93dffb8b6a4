"""Runs a program many times and prints what all of them took, for contestants that are programs.

python bench/repeat.py in_turn|together COUNT PROGRAM ARGUMENT...
"""

import os
import subprocess
import sys
import time


def main() -> None:
    how, count, *command = sys.argv[1:]
    at_once = int(count) if how == "together" else 1
    began, cpu, peak = time.monotonic(), 0.0, 0
    for _ in range(int(count) // at_once):
        running = [
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            for _ in range(at_once)
        ]
        together = 0
        for process in running:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = status
            if status != 0:
                sys.exit(f"{command[0]} ended with {status}")
            cpu += usage.ru_utime + usage.ru_stime
            together += usage.ru_maxrss
        peak = max(peak, together)
    print(f"seconds {time.monotonic() - began:.6f}\ncpu {cpu:.6f}\npeak_kib {peak}")


main()
