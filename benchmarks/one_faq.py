"""What the programs that measure one FAQ share: the head of their command line, and its matcher."""

import argparse
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.memo import Memo
from intents.faq import load_faq
from intents.matcher import Matcher, build_matcher

ROOT = Path(__file__).resolve().parents[1]


def one_faq_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of --faq, --models and --day."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--faq", type=Path, default=ROOT / "faq_data.yaml")
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--day", type=date.fromisoformat, default=date(2026, 11, 30), help="the day of asking")
    return parser


def halves_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser that also takes --dev and --memo: for test wordings in two halves."""
    parser = one_faq_parser(description)
    parser.add_argument("--dev", action="store_true", help="measure the development half, list failures")
    parser.add_argument("--memo", type=Path, default=Path(tempfile.gettempdir()) / "faq-embeddings")
    return parser


def prepared(options: argparse.Namespace, encoders: str, memo: Path) -> Matcher:
    """Prepare the FAQ with one setting of the encoders."""
    return build_matcher(
        load_faq(options.faq), models=options.models, cache=Memo(memo), today=options.day, encoders=encoders
    )
