"""The HTTP application: REST under /v1, the JSON-RPC gateway, documentation that needs no internet, health, the console."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api import errors, metrics, openapi, rpc
from api.bootstrap import Platform
from api.console.app import create_console
from api.limiting import Limiter
from api.middleware import DOCS_PATH, Edge
from api.routes import ROUTERS, health, verify

VERSION = "0.1.0"
# Writes that wait for a block hold a thread each.
THREADS = 128


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    platform: Platform = app.state.platform
    if platform.owner:
        platform.reconciler.start()
    yield
    await anyio.to_thread.run_sync(platform.reconciler.stop)


def create_app(platform: Platform) -> FastAPI:
    """The app on a platform that is open as long as the app serves."""
    app = build()
    app.state.limiter = Limiter(platform.settings)
    app.add_middleware(Edge, pages=create_console(platform, app.state.limiter), settings=platform.settings)
    app.state.platform = platform
    return app


def build() -> FastAPI:
    """The API without a platform: enough to document it."""
    app = FastAPIOffline(
        title="Tallystick",
        version=VERSION,
        docs_url=DOCS_PATH,
        redoc_url=None,
        static_url=f"{DOCS_PATH}-assets",
        openapi_url="/openapi.json",
        lifespan=_lifespan,
        swagger_ui_parameters={"persistAuthorization": True, "displayRequestDuration": True, "docExpansion": "none"},
    )
    errors.install(app)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(rpc.router)
    app.include_router(verify.router)
    for router in ROUTERS:
        app.include_router(router, prefix="/v1")

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
    return app
