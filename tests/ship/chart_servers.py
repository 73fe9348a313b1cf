"""The Redis of each way to deploy, started here: alone, behind TLS and a password, under Sentinels, as a Cluster."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from dockerfile import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from stores.redis_servers import Sentinel, Server, TlsServer, start_cluster

PASSWORD = "not-a-real-one"


@dataclass(frozen=True)
class Redis:
    """Where a started Redis is: *url* without user, password and authority; *ca* is the authority's certificate."""

    url: str
    ca: str = ""


@contextmanager
def redis_of(scheme: str, folder: Path, *, password: bool = False) -> Iterator[Redis]:
    """Start what a URL of *scheme* means, and end it at last."""
    options, ca = certified(folder) if scheme.startswith("rediss") else ((), "")
    kind = TlsServer if ca else Server
    if scheme.endswith("+cluster"):
        running = start_cluster(folder / "cluster", *options, kind=kind)
        first = running[0].tls_port if ca else running[0].port
        place = f"{scheme}://127.0.0.1:{first}"
    else:
        running = [kind(folder / "redis", *options)]
        running[0].start()
        if password:
            running[0].ask("CONFIG", "SET", "requirepass", PASSWORD)
        place = f"{scheme}://127.0.0.1:{running[0].tls_port if ca else running[0].port}/0"
    try:
        if scheme.endswith("+sentinel"):
            running.append(Sentinel(folder, running[0].port))
            running[-1].start()
            place = f"{scheme}://127.0.0.1:1,127.0.0.1:{running[-1].port}/doorward/0"
        yield Redis(place, ca)
    finally:
        for server in running:
            server.kill()


def certified(folder: Path) -> tuple[tuple[str, ...], str]:
    """Return options of a server that proves to be 127.0.0.1, and the certificate of the authority that says so."""
    authority = trustme.CA()
    proof = authority.issue_cert("127.0.0.1")
    key, chain, ca = (folder / name for name in ("key.pem", "chain.pem", "ca.pem"))
    proof.private_key_pem.write_to_path(key)
    proof.cert_chain_pems[0].write_to_path(chain)
    authority.cert_pem.write_to_path(ca)
    files = ("--tls-cert-file", chain, "--tls-key-file", key, "--tls-ca-cert-file", ca, "--tls-auth-clients", "no")
    return tuple(map(str, files)), ca.read_text(encoding="ascii")
