"""Serves a directory with pyftpdlib; started by servers.sh."""

import logging
import os
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

bind, port, low, high, root, uid, gid, most, account, password = sys.argv[1:11]
certificate = sys.argv[11] if len(sys.argv) > 11 else None
logging.basicConfig(level=logging.WARNING)

authorizer = DummyAuthorizer()
authorizer.add_user(account, password, root, perm="elradfmwMT")
authorizer.add_anonymous(root, perm="elradfmwMT")

if certificate:
    from pyftpdlib.handlers import TLS_FTPHandler as Base
else:
    Base = FTPHandler


class Handler(Base):
    passive_ports = range(int(low), int(high) + 1)
    banner = "pyftpdlib test server"
    # It decodes names as UTF-8; bytes that are not must come back as they went in.
    unicode_errors = "surrogateescape"


Handler.authorizer = authorizer
if certificate:
    Handler.certfile = certificate
    Handler.tls_control_required = Handler.tls_data_required = True
    # Read while this is still root.
    Handler.ssl_context = Handler.get_ssl_context()
server = FTPServer((bind, int(port)), Handler)
server.max_cons = server.max_cons_per_ip = int(most)
os.setgroups([])
os.setgid(int(gid))
os.setuid(int(uid))
server.serve_forever()
