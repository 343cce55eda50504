"""Find nginx and wrk, or install them from Debian if permitted."""

import os
import re
import shutil
import subprocess

PACKAGES = {"nginx": "nginx-light", "wrk": "wrk"}


class MissingTool(Exception):
    """A program that is missing and cannot be installed; the message says what to do."""


def install_missing() -> None:
    """Make sure that nginx and wrk are installed. Raises MissingTool."""
    packages = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if missing:
        raise MissingTool(f"`make bench` needs nginx and wrk. On Debian: apt install {' '.join(missing)}")


def nginx_version() -> str:
    output = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=False).stderr
    version = re.search(r"nginx/([\d.]+)", output)
    return version[1] if version else "unknown"
