"""A local Bot API server: for tests, benchmarks and trying the bot without Telegram.

It speaks real HTTP, so a client only needs another address (`base_url`). What it knows of Telegram and where from:
`errors.py`. What it does not do: anything a client does not call here is answered with 404.
"""
