"""One claimed update: handled, tried again, or set aside as a dead letter."""

import json
from collections import Counter
from collections.abc import Callable

import structlog

from bot.channels.telegram.arrivals import blocked_by, kind_of, written_at
from bot.clock import Clock
from bot.delivery import MOST_ATTEMPTS, Message
from bot.errors import ConflictError, StoreError
from bot.logs import places
from bot.ports import Addresses, Claim, Handler, Inbox, Outcome
from bot.pulse import Pulse

_CONFLICTS = 3
"""How often an update is simply handled again because its chat changed meanwhile."""

log = structlog.get_logger(__name__)


def parsed(claim: Claim) -> tuple[object, ...]:
    """Return the raw updates of a claim."""
    return tuple(json.loads(part.raw) for part in claim.parts)


class Handling:
    """What is done with a claim, in a thread of its own; it never raises."""

    def __init__(
        self,
        inbox: Inbox,
        addresses: Addresses,
        handler: Handler,
        clock: Clock,
        pulse: Pulse,
        wake_sender: Callable[[], None],
    ) -> None:
        self._inbox = inbox
        self._addresses = addresses
        self._handler = handler
        self._clock = clock
        self._pulse = pulse
        self._wake_sender = wake_sender
        self._unwritten: Counter[int] = Counter()
        """Updates whose outcome could not be written, by seq."""

    def work(self, claim: Claim) -> StoreError | None:
        """Take one update, or one album, as far as it gets; return what the database complained of."""
        try:
            self._take(claim)
        except ConflictError:
            self._unwritten[claim.parts[0].seq] += 1
            log.info("turn_repeated", seq=claim.parts[0].seq)
        except Exception as error:  # noqa: BLE001 - one bad update must not end the service
            self._unwritten[claim.parts[0].seq] += _CONFLICTS
            self._tell("update_not_written", claim, error)
            return error if isinstance(error, StoreError) else None
        finally:
            self._inbox.release(claim)
        return None

    def _take(self, claim: Claim) -> None:
        attempts = max(part.attempts for part in claim.parts)
        if attempts >= MOST_ATTEMPTS:  # it brought the process down each time
            self._park(claim, with_apology=attempts == MOST_ATTEMPTS)
        elif self._unwritten[claim.parts[0].seq] >= _CONFLICTS:
            self._put_off(claim)
        elif (outcome := self._outcome(claim)) is not None:
            self._inbox.finish(claim, outcome, self._clock.now())
            self._settled(claim)

    def _outcome(self, claim: Claim) -> Outcome | None:
        """Return what the update changes; None when that failed, and the update is dealt with."""
        try:
            for update in parsed(claim):
                self._note_blocking(claim, update)
            return self._handler.handle(claim, self._clock.now())
        except Exception as error:  # noqa: BLE001 - one bad update must not end the service
            self._tell("update_failed", claim, error)
            self._put_off(claim)
            return None

    def _note_blocking(self, claim: Claim, update: object) -> None:
        """Stop writing to who blocked the bot, and write again to who let it in, or writes again."""
        is_blocked, at = blocked_by(update), written_at(update)
        if is_blocked is None and claim.blocked_at and at and at > claim.blocked_at:
            is_blocked = False  # the update that told so has expired
        if is_blocked is not None:
            self._addresses.set_blocked(claim.chat, self._clock.now(), is_blocked=is_blocked)

    def _put_off(self, claim: Claim) -> None:
        """Try again later, or give up."""
        if self._inbox.retry(claim, self._clock.now()):
            self._settled(claim)
        else:
            self._park(claim, with_apology=True)

    def _park(self, claim: Claim, *, with_apology: bool) -> None:
        """Set the update aside; the citizen gets one apology, the operator a line and a count."""
        messages = self._apology(claim) if with_apology else ()
        self._inbox.park(claim, messages, self._clock.now())
        self._settled(claim)
        self._pulse.dead_letters += 1
        log.error("update_parked", seq=claim.parts[0].seq, update_kind=_kind(claim))

    def _apology(self, claim: Claim) -> tuple[Message, ...]:
        try:
            return self._handler.apology(claim)
        except Exception as error:  # noqa: BLE001 - what fails to be handled may fail to be apologised for
            self._tell("apology_failed", claim, error)
            return ()

    def _settled(self, claim: Claim) -> None:
        """Forget what went wrong with an update, and let the sender look: an outcome may send in several ways."""
        self._unwritten.pop(claim.parts[0].seq, None)
        self._wake_sender()

    def _tell(self, event: str, claim: Claim, error: Exception) -> None:
        """Log what went wrong, without the citizen's words."""
        part = claim.parts[0]
        log.error(event, seq=part.seq, attempts=part.attempts, update_kind=_kind(claim), error=type(error).__name__)
        log.debug(f"{event}_at", seq=part.seq, at=places(error))


def _kind(claim: Claim) -> str:
    try:
        return kind_of(parsed(claim)[0])
    except ValueError:
        return "unknown"
