"""A server as small as can be, for a test that kills it: ``python -m tests.server.warm_server <folder>``.

Prints the process ids of its warm process, of one kernel, and of a process that the kernel started; then waits.
"""

import asyncio
import sys
from pathlib import Path

from hamyar.server.warm_template import WarmTemplate
from tests.server.test_warm import started


async def serve(folder: Path) -> None:
    template = WarmTemplate()
    template.start()
    async with started(template, folder) as kernel:
        child = await kernel.run("import subprocess; print(subprocess.Popen(['sleep', '600']).pid)")
        print(template.pid, kernel.pid, child.strip(), flush=True)
        await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
