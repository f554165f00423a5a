"""A way to the server that loses answers and can be cut: what a network does, on a socket of its own."""

import select
import socket
import socketserver
import tempfile
import threading

from psycopg.conninfo import conninfo_to_dict, make_conninfo

PORT = 5432


class Wire:
    """Passes on what both sides say, while inside; `url` is the server as seen through it."""

    def __init__(self, url):
        self._server = conninfo_to_dict(url)
        self._folder = tempfile.TemporaryDirectory()
        self.url = make_conninfo(url, host=self._folder.name, port=PORT)
        self._sockets = set()
        self._muted = set()
        self._takes_new = threading.Event()
        self._takes_new.set()

    def __enter__(self):
        wire = self

        class Passing(socketserver.BaseRequestHandler):
            def handle(self):
                wire._pass_on(self.request)

        self._listener = socketserver.ThreadingUnixStreamServer(f"{self._folder.name}/.s.PGSQL.{PORT}", Passing)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=[0.01])
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.let_go()
        self._listener.shutdown()
        self.cut()
        self._listener.server_close()  # waits for those who pass on
        self._thread.join()
        self._folder.cleanup()

    def lose_answers(self):
        """Of the connections that there are, pass on what clients send, and nothing back."""
        self._muted |= self._sockets

    def hold_back(self):
        """Pass nothing on of connections that are made from now on, until `let_go`."""
        self._takes_new.clear()

    def let_go(self):
        """Pass on what was held back."""
        self._takes_new.set()

    def cut(self):
        """End every connection; those that are made from now on work."""
        for client in list(self._sockets):
            client.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, client):
        self._takes_new.wait()
        with client, self._connect() as server:
            self._sockets.add(client)
            while True:
                for source in select.select([client, server], [], [])[0]:
                    said = source.recv(65536)
                    if not said:
                        self._sockets.discard(client)
                        return
                    if source is client:
                        server.sendall(said)
                    elif client not in self._muted:
                        client.sendall(said)

    def _connect(self):
        host, port = self._server["host"], self._server.get("port", PORT)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server
