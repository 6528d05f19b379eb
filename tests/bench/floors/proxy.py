"""The floor of an edge, in raw aiohttp: `python -m tests.bench.floors.proxy PORT URL`."""

import sys
from collections.abc import AsyncIterator

import aiohttp
import uvloop
from aiohttp import web

_HOP = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "host"}
_HOP |= {"content-length", "content-encoding", "date", "server"}
_CLIENT = web.AppKey("client", aiohttp.ClientSession)


def _kept(headers: "aiohttp.typedefs.CIMultiDictProxy[str]") -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _HOP}


def proxy(upstream: str) -> web.Application:
    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        url = upstream + request.path_qs
        session = request.app[_CLIENT]
        async with session.request(
            request.method, url, data=body, headers=_kept(request.headers)
        ) as answer:
            content = await answer.read()
            return web.Response(body=content, status=answer.status, headers=_kept(answer.headers))

    async def client(app: web.Application) -> AsyncIterator[None]:
        connector = aiohttp.TCPConnector(limit=100)
        app[_CLIENT] = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        yield
        await app[_CLIENT].close()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    app.cleanup_ctx.append(client)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(
        proxy(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None
    )
