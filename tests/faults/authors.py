"""An author at work on a server that is killed: texts are published, planned, kept and deleted, pictures come in."""

import hashlib
import io
import json
import random
import re
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from blog.core.images.variants import ImageFile
from tests.commands.test_uploads import Browser
from tests.faults.killing import PATIENCE, Tally
from tests.faults.living import ROOT, command_line, kill, served, write
from tests.faults.living import begin as begin_blog
from tests.live_server import Server, until
from tests.transfer.library import rows

# Once more than these are published, what an author writes stays a draft: one page and one feed show all of a round.
MOST = 8
PLACES = {"page": "/posts/{0}/", "list": "/tags/round-{1}/", "feed": "/tags/round-{1}/feed.xml"}


@dataclass
class Desk:
    """What one author was told by the server: by slug or hash, what must hold from then on."""

    author: Browser
    number: int
    told: dict[str, str] = field(default_factory=dict)
    sent: str = ""

    def write(self, step: int) -> int:
        """One thing an author does; the status of the answer."""
        slug = f"text-{self.number}-{step}"
        act = ("publish", "save", "publish", "schedule", "publish", "delete")[step % 6]
        if act == "publish" and list(self.told.values()).count(act) >= MOST:
            act = "save"
        if act == "delete":
            slug = next(each for each, state in self.told.items() if state == "publish")
            del self.told[slug]
            self.sent = slug
            ((number,),) = rows(self.author.server.instance, f"SELECT id FROM post WHERE slug = '{slug}'")
            status, _ = write(self.author, f"/admin/posts/{number}/", act)
        else:
            self.sent = slug
            body = f"The words of {slug}. " * 200
            when = "2999-01-01 10:00" if act == "schedule" else ""
            fields = {"title": slug, "slug": slug, "body": body, "tags": f"Round {self.number}", "published_at": when}
            status, _ = write(self.author, action=act, **fields)
        if status == 303:
            self.told[slug], self.sent = act, ""
        return status

    def command(self) -> "subprocess.Popen[str]":
        """A text that comes in from the command line meanwhile."""
        slug = f"line-{self.number}"
        words = ["new", slug, "--publish", "--tag", f"Round {self.number}", "--file", "-"]
        process = subprocess.Popen(
            command_line(self.author.server.instance, *words),
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert process.stdin
        process.stdin.write(f"The words of {slug}. ")
        process.stdin.close()
        return process

    def work(self, act: "Act", seconds: float) -> None:
        """Do one thing after another until everything is killed, so many seconds after the first was acknowledged."""

        def go_on() -> None:
            step = 0
            while act(self, step) in (303, 422):
                step += 1

        worker = threading.Thread(target=go_on)
        command = self.command() if act is Desk.write else None
        worker.start()
        until(lambda: self.told, PATIENCE, "a first answer")
        time.sleep(seconds)
        kill(self.author.server)
        if command:
            command.kill()
            if command.wait(PATIENCE) == 0:
                self.told[f"line-{self.number}"] = "publish"
        worker.join(PATIENCE)

    def upload(self, step: int) -> int:
        """One picture that comes in."""
        data = photograph(random.Random(f"{self.number} {step}"))
        self.sent = hashlib.sha256(data).hexdigest()
        status = self.author.upload(data)
        if status == 303:
            self.told[self.sent], self.sent = "upload", ""
        return status


Act = Callable[[Desk, int], int]
Lost = Callable[[Server, Desk, str], list[str]]


def photograph(dice: random.Random) -> bytes:
    """A JPEG like no other, that takes a moment to encode."""
    image = Image.frombytes("RGB", (200, 130), dice.randbytes(200 * 130 * 3)).resize((1000, 650))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def publish(rounds: int, folder: Path, seed: Path) -> Tally:
    """Texts written in the browser and on the command line while the server is killed."""
    return _rounds("publish", rounds, folder, seed, Desk.write, _lost_text)


def upload(rounds: int, folder: Path, seed: Path) -> Tally:
    """Pictures that come in while the server is killed."""
    return _rounds("upload", rounds, folder, seed, Desk.upload, _lost_picture)


def _rounds(name: str, rounds: int, folder: Path, seed: Path, act: Act, lost: Lost) -> Tally:
    instance, tally = folder / "instance", Tally(name)
    begin_blog(instance, seed)
    desk: Desk | None = None
    while True:
        with tally.round() as dice, served(instance, workers=2) as server:
            if desk:
                tally.lost += [wrong for what in desk.told for wrong in lost(server, desk, what)]
                tally.judge(instance)
            if tally.rounds > rounds:  # this one only looked at what the one before had left
                tally.rounds -= 1
                return tally
            desk = Desk(Browser(server), tally.rounds)
            desk.work(act, dice.uniform(0, 1))
            tally.inside += bool(desk.sent)
            tally.acknowledged += len(desk.told)


def _lost_text(server: Server, desk: Desk, slug: str) -> list[str]:
    """Where a text is not as its author was told."""
    state = desk.told[slug]
    places = {place: server.get(path.format(slug, desk.number)) for place, path in PLACES.items()}
    status, page = places.pop("page")
    expected = {"publish": 200, "delete": 410}.get(state, 404)
    wrong = [f"{slug} ({state}): {status}"] if status != expected else []
    if state == "publish" and f"The words of {slug}.".encode() not in page:
        wrong.append(f"{slug}: without its words")
    for place, (_, listed) in places.items():
        often = len(re.findall(rf"<title>{slug}</title>|>{slug}</a>".encode(), listed))
        if often != (state == "publish"):
            wrong.append(f"{slug} ({state}): {often} times in the {place}")
    if state in ("save", "schedule"):
        kept = rows(server.instance, f"SELECT body FROM post WHERE slug = '{slug}'")
        wrong += [] if len(kept) == 1 and slug in kept[0][0] else [f"{slug} ({state}): not kept"]
    return wrong


def _lost_picture(server: Server, _: Desk, digest: str) -> list[str]:
    """What is missing of a picture that was taken."""
    found = rows(server.instance, f"SELECT name, width, widths FROM media WHERE hash = '{digest}'")
    if len(found) != 1:
        return [f"picture {digest}: {len(found)} rows"]
    name, width, widths = found[0]
    twins = [(narrow, ending) for narrow in json.loads(widths) for ending in ("", "webp")]
    addresses = [ImageFile(name, width, 0, ()).variant_url(*each) for each in twins]
    return [f"picture {address}" for address in addresses if server.get(address)[0] != 200]
