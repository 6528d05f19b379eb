"""Run one service as a process: `python -m shared.kit.serve services.<name>.main`."""

import sys

from shared.kit.lean import preload


def main(argv: list[str]) -> int:
    preload()
    from shared.kit.process import run  # noqa: PLC0415 - after what it need not pull in

    return run(argv[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv))
