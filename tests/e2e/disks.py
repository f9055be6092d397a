"""Small disks of our own, that can stand still. They need root, and a kernel that lets us mount."""

import contextlib
import os
import subprocess
import unittest


def run(*command):
    result = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode != 0:
        raise OSError(f"{' '.join(map(str, command))}: {result.stdout.strip()}")


def skip_without_mounts(folder):
    """Skips the tests of who cannot mount, with the reason."""
    if os.getuid() != 0:
        raise unittest.SkipTest("only root can mount disks")
    with contextlib.ExitStack() as resources:
        try:
            StandingDisk(folder / "probe", resources)
        except OSError as error:
            raise unittest.SkipTest(f"no disks can be mounted here ({error})") from None


class SmallDisk:
    """A tmpfs that can be filled."""

    def __init__(self, folder, resources, megabytes):
        self.folder = folder
        self.ballast = folder / "ballast"
        folder.mkdir()
        run("mount", "-t", "tmpfs", "-o", f"size={megabytes}M", "small", folder)
        resources.callback(run, "umount", "--lazy", folder)

    def fill(self, leave):
        """All but so many bytes."""
        free = os.statvfs(self.folder)
        run("fallocate", "--length", str(free.f_bavail * free.f_frsize - leave), self.ballast)

    def make_room(self):
        self.ballast.unlink()


class StandingDisk:
    """An ext4 in a file, whose writers wait while it stands still."""

    def __init__(self, folder, resources):
        self.folder = folder
        image = folder.with_suffix(".img")
        folder.mkdir()
        run("truncate", "-s", "128M", image)
        run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,nodiscard", image)
        run("mount", "-o", "loop", image, folder)
        resources.callback(run, "umount", "--lazy", folder)
        self.stop()
        self.go_on()

    def stop(self):
        run("fsfreeze", "--freeze", self.folder)

    def go_on(self):
        run("fsfreeze", "--unfreeze", self.folder)

    def go_on_at_last(self):
        """Before anybody waits for a process that waits for it."""
        with contextlib.suppress(OSError):
            self.go_on()
