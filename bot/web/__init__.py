"""What the bot offers over HTTP; the only room that knows Starlette and uvicorn."""
