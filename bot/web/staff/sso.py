"""A city's single sign-on by OpenID Connect: the code flow with state, nonce and PKCE."""

import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.accounts import Role

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make."""
_SCOPE = "openid profile email"
_TIMEOUT = 10.0
_LEEWAY_SECONDS = 60
_NAMES = ("name", "preferred_username", "email", "sub")
"""Claims that may name somebody, the best first."""


class SsoError(Exception):
    """The provider cannot be reached, or what it says does not hold; the message is for the log."""


@dataclass(frozen=True)
class Provider:
    """Who says who somebody is, and what that means here."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    claim: str
    """Names the groups of somebody."""
    roles: Mapping[str, Role]
    """By group; nobody without one gets in."""


@dataclass(frozen=True)
class Asked:
    """A login that is under way; it stays in the browser until the provider sends the browser back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Person:
    """Who logged in at the provider."""

    subject: str
    """Always the same for the same person; says nothing about them."""
    name: str
    role: Role | None
    """None: none of the groups has one."""


class _Auth(httpx.Auth, ClientAuth):
    """Authlib's proof of who we are, on a request of httpx."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add what the provider wants to see."""
        _, headers, _ = self.prepare(request.method, str(request.url), dict(request.headers), request.content)
        request.headers.update(headers)
        yield request


class _Client(OAuth2Client):
    client_auth_class = _Auth


class SingleSignOn:
    """Speaks with the provider; what it says of itself and its keys are asked anew for each login."""

    def __init__(self, provider: Provider, http: Callable[[], httpx.Client] | None = None) -> None:
        self._provider = provider
        self._http = http or (lambda: httpx.Client(timeout=_TIMEOUT, follow_redirects=False))

    def ask(self) -> tuple[str, Asked]:
        """Return the address to which the browser goes, and what to remember; raises SsoError."""
        asked = Asked(generate_token(43), generate_token(43), generate_token(64))
        with self._http() as http, _told():
            place = self._metadata(http)["authorization_endpoint"]
            address, _ = self._client(http).create_authorization_url(
                place, state=asked.state, nonce=asked.nonce, code_verifier=asked.verifier
            )
        return str(address), asked

    def person(self, code: str, asked: Asked, now: datetime) -> Person:
        """Return who came back with a code; raises SsoError."""
        with self._http() as http, _told():
            metadata = self._metadata(http)
            token = self._client(http).fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=asked.verifier, redirect_uri=self._redirect
            )
            claims = self._claims(http, metadata, token, asked.nonce, now)
            return self._person({**self._more(http, metadata, token, claims), **claims})

    @property
    def _redirect(self) -> str:
        return self._provider.redirect_uri

    def _client(self, http: httpx.Client) -> Any:
        own = {"client_id": self._provider.client_id, "client_secret": self._provider.client_secret}
        return _Client(http, **own, scope=_SCOPE, redirect_uri=self._redirect, code_challenge_method="S256")

    def _metadata(self, http: httpx.Client) -> dict[str, Any]:
        """Return what the provider says of itself; it has to be the one that is meant."""
        found = _json(http.get(get_well_known_url(self._provider.issuer, external=True)))
        if found.get("issuer", "").rstrip("/") != self._provider.issuer.rstrip("/"):
            raise SsoError("another issuer")
        return found

    def _claims(
        self, http: httpx.Client, metadata: Mapping[str, Any], token: Mapping[str, Any], nonce: str, now: datetime
    ) -> dict[str, Any]:
        """Return what the signed token says, if it is meant for us and for this login."""
        keys = KeySet.import_key_set(_json(http.get(metadata["jwks_uri"])))  # type: ignore[arg-type]
        read = jwt.decode(str(token["id_token"]), keys, algorithms=list(_ALGORITHMS))
        options = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": self._provider.client_id},
        }
        known = {"nonce": nonce, "client_id": self._provider.client_id, "access_token": token.get("access_token")}
        CodeIDToken(read.claims, read.header, options, known).validate(int(now.timestamp()), _LEEWAY_SECONDS)
        return dict(read.claims)

    def _more(
        self, http: httpx.Client, metadata: Mapping[str, Any], token: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Ask for the groups where the token does not hold them."""
        place = metadata.get("userinfo_endpoint")
        if self._provider.claim in claims or not place:
            return {}
        found = _json(http.get(place, headers={"Authorization": f"Bearer {token['access_token']}"}))
        if found.get("sub") != claims["sub"]:
            raise SsoError("another person")
        return found

    def _person(self, claims: Mapping[str, Any]) -> Person:
        name = next(str(claims[each]) for each in _NAMES if claims.get(each))
        subject = hashlib.sha256(f"{self._provider.issuer}|{claims['sub']}".encode()).hexdigest()
        return Person(subject, name, self._role(claims.get(self._provider.claim)))

    def _role(self, groups: object) -> Role | None:
        """Return the highest role that the groups give."""
        named = groups if isinstance(groups, list) else [groups]
        return max(
            (self._provider.roles[each] for each in map(str, named) if each in self._provider.roles), default=None
        )


@contextmanager
def _told() -> Iterator[None]:
    """Turn whatever goes wrong with a provider into a SsoError that quotes nothing it sent."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, JoseError, AuthlibBaseError, ValueError, KeyError, TypeError) as error:
        raise SsoError(type(error).__name__) from error


def _json(response: httpx.Response) -> dict[str, Any]:
    """Return what an address answered; raises httpx.HTTPError and ValueError."""
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise TypeError
    return found
