"""Load by wrk, one thread on the same cores; and what the machine tells about processes."""

import asyncio
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

_LUA = """wrk.method = "{method}"
wrk.body = [==[{body}]==]
{headers}
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"""


@dataclass(frozen=True)
class Figures:
    """One case: rate per second, latencies in milliseconds, answers that were errors."""

    rate: float
    p50: float
    p99: float
    errors: int
    requests: int


def available() -> bool:
    return shutil.which("wrk") is not None


async def load(
    url: str,
    clients: int,
    seconds: float,
    *,
    method: str = "GET",
    body: str = "",
    headers: dict[str, str] | None = None,
) -> Figures:
    """Closed-loop load with keep-alive; errors are counted, never hidden."""
    lines = "\n".join(
        f'wrk.headers["{name}"] = "{value}"' for name, value in (headers or {}).items()
    )
    script = _LUA.format(method=method, body=body, headers=lines)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "-s", file.name, url]
        out = await asyncio.to_thread(
            lambda: subprocess.run(command, capture_output=True, text=True, check=True).stdout
        )
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", out)
    assert found is not None, out
    requests, micros, p50, p99, status, broken = (int(part) for part in found.groups())
    return Figures(requests / micros * 1e6, p50 / 1e3, p99 / 1e3, status + broken, requests)


async def quiet(limit: float = 15.0, within: float = 4.0) -> None:
    """Wait until the machine has little else to do, or give up waiting and measure anyway."""
    for _ in range(int(within)):
        if await asyncio.to_thread(psutil.cpu_percent, 1.0) < limit:
            return


def proportional_set(pids: list[int]) -> float:
    """Memory that these processes own, shared pages divided among their sharers, in MiB."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024
