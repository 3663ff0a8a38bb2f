"""TLS in front of a plain server, with a certificate that nobody trusts by himself; and a proxy that refuses."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

CERTIFICATE = Path(__file__).with_name("cert.pem")
KEY = Path(__file__).with_name("key.pem")
"""Opens nothing but the tests' own server."""


@contextmanager
def tls_before(url: str) -> Iterator[str]:
    """Serve a plain server by https; give the address."""
    inside = (str(urlsplit(url).hostname), int(urlsplit(url).port or 80))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)

    class Front(BaseRequestHandler):
        def handle(self) -> None:
            """Pass bytes on in both directions until one side ends."""
            with suppress(OSError), ExitStack() as stack:
                outer = stack.enter_context(context.wrap_socket(self.request, server_side=True))
                inner = stack.enter_context(socket.create_connection(inside, timeout=5))
                back = threading.Thread(target=_pass_on, args=(inner, outer), daemon=True)
                back.start()
                _pass_on(outer, inner)
                inner.shutdown(socket.SHUT_RDWR)
                back.join(5)

    with _serving(Front) as port:
        yield f"https://127.0.0.1:{port}"


@contextmanager
def refusing_proxy() -> Iterator[str]:
    """Serve a proxy that wants another password; give its address."""

    class Proxy(BaseRequestHandler):
        def handle(self) -> None:
            """Refuse."""
            self.request.recv(4096)
            self.request.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    with _serving(Proxy) as port:
        yield f"http://nutzer:geheim@127.0.0.1:{port}"


@contextmanager
def _serving(handler: type[BaseRequestHandler]) -> Iterator[int]:
    """Serve on a free port in a thread."""
    server = ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    with closing(server.socket):
        yield server.server_address[1]
        server.shutdown()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
