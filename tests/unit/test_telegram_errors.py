"""What a failed call means."""

import ssl
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp.client_reqrep import ConnectionKey
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.channels.telegram.api import (
    Api,
    ApiError,
    BlockedError,
    ChatGoneError,
    DoubtfulError,
    EntitiesError,
    LimitedError,
    MigratedError,
    NotModifiedError,
    NotSentError,
    RefusedError,
    RivalError,
    ServerError,
    TokenRefusedError,
    accident,
    refusal,
)
from bot.channels.telegram.options import TelegramOptions
from bot.errors import BotError

ADDRESS = URL("https://api.example/")
TO = ConnectionKey("api.example", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
ASKED = aiohttp.RequestInfo(ADDRESS, "POST", CIMultiDictProxy(CIMultiDict()), ADDRESS)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"description": "Bad Request: chat not found"}, ChatGoneError),
        (400, {"description": "Bad Request: message to copy not found"}, RefusedError),
        (400, {"description": "Bad Request: message is not modified: specified …"}, NotModifiedError),
        (400, {"description": "Bad Request: can't parse entities: Unsupported start tag"}, EntitiesError),
        (400, {"parameters": {"migrate_to_chat_id": -1001}}, MigratedError),
        (401, {"description": "Unauthorized"}, TokenRefusedError),
        (403, {"description": "Forbidden: bot was blocked by the user"}, BlockedError),
        (404, {"description": "Not Found"}, TokenRefusedError),
        (404, {"description": "Not Found: method not found"}, RefusedError),
        (409, {"description": "Conflict: terminated by other getUpdates request"}, RivalError),
        (429, {"parameters": {"retry_after": 3}}, LimitedError),
        (429, None, LimitedError),
        (500, {"description": "Internal Server Error"}, ServerError),
    ],
)
def test_statuses(status: int, body: Any, kind: type[ApiError]) -> None:
    """As the Bot API documents them."""
    assert type(refusal(status, body and word(status, **body))) is kind


def word(status: int, **fields: Any) -> dict[str, Any]:
    """Return an answer of Telegram itself."""
    return {"ok": False, "error_code": status, **fields}


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 413, 502])
@pytest.mark.parametrize("body", [None, {}, [], {"message": "Forbidden"}, {"ok": False}, {"error_code": 403}])
def test_a_proxy_s_page_is_not_telegram_s_word(status: int, body: Any) -> None:
    """Nobody has blocked the bot, and the token is as good as ever: it is tried again."""
    assert type(refusal(status, body)) is ServerError


def test_numbers_come_along() -> None:
    """How long to wait, where the group is now."""
    limited, moved = (
        refusal(429, word(429, parameters={"retry_after": 3})),
        refusal(400, word(400, parameters={"migrate_to_chat_id": -5})),
    )
    assert isinstance(limited, LimitedError)
    assert limited.seconds == 3
    assert isinstance(moved, MigratedError)
    assert moved.chat_id == -5


@pytest.mark.parametrize("seconds", [float("inf"), 10**400, 10**15])
def test_no_chat_is_left_alone_for_ever(seconds: float) -> None:
    """Nor is a moment asked for that no calendar has."""
    limited = refusal(429, word(429, parameters={"retry_after": seconds}))
    assert isinstance(limited, LimitedError)
    assert limited.seconds == 3600


@given(
    st.integers(300, 599),
    st.none()
    | st.text()
    | st.dictionaries(
        st.sampled_from(["description", "parameters"]),
        st.none()
        | st.text()
        | st.dictionaries(
            st.sampled_from(["retry_after", "migrate_to_chat_id"]), st.text() | st.floats() | st.integers()
        ),
    ),
)
def test_any_answer_means_something(status: int, body: Any) -> None:
    """However broken it is."""
    assert isinstance(refusal(status, body), ApiError)
    if isinstance(body, dict):
        assert isinstance(refusal(status, word(status, **body)), ApiError)


def test_a_quoted_text_is_not_kept() -> None:
    """Telegram repeats what it could not read; that may be a citizen's."""
    description = "Bad Request: can't parse entities: tag <Geheim>"
    assert type(refused := refusal(400, word(400, description=description))) is EntitiesError
    assert "Geheim" not in str(refused)


@pytest.mark.parametrize(
    "cause",
    [
        aiohttp.ClientConnectorDNSError(TO, OSError(2, "no such host")),
        aiohttp.ClientConnectorCertificateError(TO, ssl.SSLCertVerificationError()),
        aiohttp.ClientProxyConnectionError(TO, ConnectionRefusedError()),
        aiohttp.ClientHttpProxyError(ASKED, (), status=407),
        aiohttp.ConnectionTimeoutError(),
    ],
)
def test_checklist_14_what_never_left_was_not_sent(cause: Exception) -> None:
    """It can be sent again without a second thought."""
    assert isinstance(accident(cause), NotSentError)


@pytest.mark.parametrize(
    "cause",
    [
        aiohttp.SocketTimeoutError(),
        TimeoutError(),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientOSError(104, "reset by peer"),
        aiohttp.ClientPayloadError(),
        aiohttp.ClientResponseError(ASKED, (), message="no HTTP"),
        None,
    ],
)
def test_checklist_14_what_got_no_answer_is_doubtful(cause: Exception | None) -> None:
    """It may have arrived."""
    assert isinstance(accident(cause), DoubtfulError)


def test_a_file_without_certificates_is_told(tmp_path: Path) -> None:
    """By the setting's name."""
    broken = tmp_path / "ca.pem"
    broken.write_text("kein Zertifikat", encoding="ascii")
    for path, why in ((broken, "keine Zertifikate"), (tmp_path / "fehlt.pem", "nicht gefunden")):
        with pytest.raises(BotError, match=why):
            Api(TelegramOptions("1:a", ca_file=path))


def test_the_citys_own_authority_is_trusted_beside_the_others(tmp_path: Path) -> None:
    """A town hall's proxy may sign by itself."""
    path = tmp_path / "ca.pem"
    path.write_text(
        ssl.DER_cert_to_PEM_cert(httpx.create_ssl_context().get_ca_certs(binary_form=True)[0]), encoding="ascii"
    )
    assert Api(TelegramOptions("77:a", ca_file=path)).bot_id == 77
