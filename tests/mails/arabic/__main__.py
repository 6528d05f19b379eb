"""Write the set into a folder: `001.eml` and so on, and `expected.json`."""

import json
import sys
from pathlib import Path

from tests.mails.arabic import CASES, SENDER


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}
    for number, case in enumerate(CASES, start=1):
        name = f"{number:03}.eml"
        (folder / name).write_bytes(case.raw)
        fields = ("group", "name", "subject", "sender_name", "mail_class", "visible", "quoted")
        told = {field: getattr(case, field) for field in (*fields, "files", "guessed")}
        expected[name] = {**told, "sender": SENDER}
    listed = json.dumps(expected, ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(listed, encoding="utf-8")
    print(f"{len(CASES)} mails in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
