"""A person can try a bot by hand."""

import re
import subprocess
import sys
from pathlib import Path

from botapi.server import Server
from botapi.terminal import Terminal
from tests.botapi.clients import result, updates

HANDBOOK = Path(__file__).parents[2] / "docs" / "developer.md"


def test_a_person_talks_presses_and_reads(server: Server) -> None:
    """What is typed reaches the bot; what the bot does is printed once."""
    written: list[str] = []
    terminal = Terminal(server, written.append)
    buttons = {"inline_keyboard": [[{"text": "Ja", "callback_data": "y"}, {"text": "Nein", "callback_data": "n"}]]}
    sent = result(server, "sendMessage", chat_id=terminal.citizen, text="Hilft das?", reply_markup=buttons)
    terminal.run(["Hallo", ":edit Guten Tag", ":2", ":photo Ausweis", ":nonsense", ":9", ":quit", "zu spät"])
    result(server, "editMessageText", chat_id=terminal.citizen, message_id=sent["message_id"], text="Danke")
    came = updates(server)
    assert [list(one)[1] for one in came] == ["message", "edited_message", "callback_query", "message"]
    assert came[2]["callback_query"]["data"] == "n"
    assert written[0] == "bot: Hilft das?\n  :1 [Ja]\n  :2 [Nein]"
    assert written[-1] == "bot (changed): Danke"
    assert [line[0] for line in written] == ["b", "?", "?", "b"]


def test_a_person_is_a_clerk_as_well(server: Server) -> None:
    """Topics of the staff group are named by their thread."""
    written: list[str] = []
    terminal = Terminal(server, written.append)
    thread = result(server, "createForumTopic", chat_id=terminal.group, name="Fall 1")["message_thread_id"]
    result(server, "sendMessage", chat_id=terminal.group, text="Frage", message_thread_id=thread)
    terminal.run([f":clerk {thread} Antwort", f":close {thread}", ":block", ":unblock", ":shift 5", ":help"])
    assert written[:2] == [f"team {thread}: (forum_topic_created) Fall 1", f"team {thread}: Frage"]
    assert [one["message"].get("text") for one in updates(server) if "message" in one] == [None, "Antwort", None]


def test_the_program_starts_and_ends() -> None:
    """`python -m botapi` says where it is and ends with its input."""
    command = [sys.executable, "-m", "botapi", "--port", "0", "--limits"]
    done = subprocess.run(command, input="Hallo\n", capture_output=True, text=True, check=True, timeout=20)
    assert "Bot API: http://127.0.0.1:" in done.stdout
    assert done.stderr == ""


def test_the_example_of_the_handbook_runs() -> None:
    """It prints what the citizen reads."""
    blocks = re.findall(r"^```python\n(.*?)^```$", HANDBOOK.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    code = next(block for block in blocks if "botapi.server" in block)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "['Guten Tag!']\n"
