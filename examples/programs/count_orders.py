"""Counts the rows of all CSV files of a folder: a small whole program that a scheduler can judge. Python 3.8, nothing else.

Use: python count_orders.py FROM TO
"""

import json
import os
import pathlib
import signal
import sys
from datetime import datetime, timezone

SUCCESS, RUNTIME_ERROR, USAGE_ERROR, NO_PERMISSION, INTERRUPTED = 0, 1, 2, 126, 130
asked_to_stop = False


def log(level, message, **more):
    """One JSON object a line. Flushed: a program that is killed has said what it knew."""
    line = {
        "time": datetime.now(timezone.utc).isoformat(),
        "level": level,
        "message": message,
        "service": "count-orders",
        "trace_id": os.environ.get("CARILLON_TRACE_ID"),
        **more,
    }
    print(json.dumps(line), flush=True)


def write_whole(path, content):
    """Whoever reads the file finds the old one or the new one, never half of it."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(content, encoding="utf-8")
    os.replace(temporary, path)


def on_signal(_number, _frame):
    global asked_to_stop
    asked_to_stop = True


def run(source, target):
    # The same occurrence may come twice: after a retry, or when somebody starts it by hand. What is done is not done again.
    occurrence = os.environ.get("CARILLON_SCHEDULED_FOR", "")
    done = target.with_name(target.name + ".done")
    if occurrence and done.exists() and done.read_text(encoding="utf-8") == occurrence:
        log("info", "this occurrence is done already", scheduled_for=occurrence)
        return SUCCESS
    files = sorted(path for path in source.iterdir() if path.suffix == ".csv")
    total, content = 0, "file,rows\n"
    for index, path in enumerate(files):
        if asked_to_stop:  # A place where nothing is half done.
            log("warn", "asked to stop", files_left=len(files) - index)
            return INTERRUPTED
        with path.open("rb") as lines:
            rows = sum(1 for _ in lines)
        total += rows
        content += f"{path.name},{rows}\n"
        print(f"::progress {100 * (index + 1) // len(files)}% {path.name}", flush=True)
    write_whole(target, content)
    write_whole(done, occurrence)
    log("info", "counted", files=len(files), rows=total)
    print("::result " + json.dumps({"files": len(files), "rows": total}), flush=True)
    return SUCCESS


def main():
    if len(sys.argv) != 3:
        print("usage: count_orders.py FROM TO; expected two arguments, a folder and a file", file=sys.stderr)
        return USAGE_ERROR
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    if hasattr(signal, "SIGBREAK"):  # Ctrl-Break, on Windows
        signal.signal(signal.SIGBREAK, on_signal)
    try:
        return run(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    except PermissionError as error:
        log("error", "no permission", error=str(error))
        return NO_PERMISSION
    except OSError as error:
        log("error", "a file cannot be read or written", error=str(error))
        return RUNTIME_ERROR


if __name__ == "__main__":
    sys.exit(main())
