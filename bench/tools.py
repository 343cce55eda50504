"""nginx and wrk: found, or installed from Debian where we may."""

import os
import re
import shutil
import subprocess

PACKAGES = {"nginx": "nginx-light", "wrk": "wrk"}


class MissingTool(Exception):
    """A program that is not here and cannot be installed; the message says what to do."""


def install_missing() -> None:
    """See that nginx and wrk are here. Raises Lacking."""
    packages = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
    lacking = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if lacking:
        raise MissingTool(f"`make bench` needs nginx and wrk. On Debian: apt install {' '.join(lacking)}")


def nginx_version() -> str:
    """The version that nginx tells."""
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=False).stderr
    found = re.search(r"nginx/([\d.]+)", said)
    return found[1] if found else "unknown"
