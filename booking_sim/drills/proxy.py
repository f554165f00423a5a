"""A proxy before a server: it loses answers, holds connections back, and cuts them, as networks do."""

import select
import socket
import socketserver
import tempfile
import threading
from types import TracebackType
from typing import Final, Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_PORT: Final = 5432
_KEY_DATA: Final = b"K\0\0\0\x0c"
"""How the message BackendKeyData begins; the server's process follows."""
_INVENTED: Final = (2**31 - 7).to_bytes(4, "big")


class Proxy:
    """Passes on what both sides say, while inside.

    Args:
        url: The server, as a libpq URL.
        invents_pids: Name another process than the server's to each client, as connection poolers do.

    Attributes:
        url: The server as seen through it.
    """

    def __init__(self, url: str, *, invents_pids: bool = False) -> None:
        self._invents_pids = invents_pids
        self._server = conninfo_to_dict(url)
        self._folder = tempfile.TemporaryDirectory()
        self.url = make_conninfo(url, host=self._folder.name, port=_PORT)
        self._sockets: set[socket.socket] = set()
        self._muted: set[socket.socket] = set()
        self._takes_new = threading.Event()
        self._takes_new.set()

    def __enter__(self) -> Self:
        pass_on = self._pass_on

        class Passing(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                pass_on(self.request)

        class Listener(socketserver.ThreadingUnixStreamServer):
            request_queue_size = 128  # a surge opens all its connections at once, and one more than fit is refused

        self._listener = Listener(f"{self._folder.name}/.s.PGSQL.{_PORT}", Passing)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=[0.01])
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()
        self._listener.shutdown()
        self.cut()
        self._listener.server_close()  # waits for those who pass on
        self._thread.join()
        self._folder.cleanup()

    def lose_answers(self) -> None:
        """Of the connections that there are, pass on what clients send, and nothing back."""
        self._muted |= self._sockets

    def hold_back(self) -> None:
        """Pass nothing on of connections that are made from now on, until `let_go`."""
        self._takes_new.clear()

    def let_go(self) -> None:
        """Pass on what was held back."""
        self._takes_new.set()

    def cut(self) -> None:
        """End every connection; those that are made from now on work."""
        for client in list(self._sockets):
            client.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, client: socket.socket) -> None:
        self._takes_new.wait()
        with client, self._connect() as server:
            self._sockets.add(client)
            try:
                self._exchange(client, server)
            except OSError:  # either side is gone, and so is the connection
                pass
            finally:
                self._sockets.discard(client)

    def _exchange(self, client: socket.socket, server: socket.socket) -> None:
        while True:
            for source in select.select([client, server], [], [])[0]:
                said = source.recv(65536)
                if not said:
                    return
                if source is client:
                    server.sendall(said)
                elif client not in self._muted:
                    client.sendall(self._with_pid(said))

    def _with_pid(self, said: bytes) -> bytes:
        """What a server says, its process replaced in the message BackendKeyData."""
        before, key_data, after = said.partition(_KEY_DATA)
        return before + key_data + _INVENTED + after[len(_INVENTED) :] if self._invents_pids and key_data else said

    def _connect(self) -> socket.socket:
        host, port = str(self._server["host"]), self._server.get("port", _PORT)
        if not host.startswith("/"):
            return socket.create_connection((host, int(port or _PORT)))
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(f"{host}/.s.PGSQL.{port}")
        except OSError:
            server.close()
            raise
        return server
