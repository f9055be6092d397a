"""isr-tray in the panel of a real desktop: its icon says what isr does, its menu and its key save."""

import os
import subprocess
import time

import tap
from desktop_session import DesktopSession
from harness import Isr, Program, TestCase, wait_for

TRAY = Isr.EXECUTABLE.parent / "src" / "tray" / "isr-tray"
SCREENSHOTS = Isr.EXECUTABLE.parent / "screenshots"

PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="48"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>
"""


class TrayTest(TestCase):
    def setUp(self):
        super().setUp()
        home = self.folder / "home"
        config = home / ".config/xfce4/xfconf/xfce-perchannel-xml"
        config.mkdir(parents=True)
        (config / "xfce4-panel.xml").write_text(PANEL)
        # Short: a socket's path has at most 107 bytes.
        self.session = DesktopSession(self.folder, {
            "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "XDG_RUNTIME_DIR": str(self.folder)})
        self.resources.callback(self.session.kill)
        self.panel = self.session.start("panel", "xfce4-panel", "--disable-wm-check")
        wait_for("the panel's tray", lambda: self.call(
            "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher", "org.freedesktop.DBus.Properties.Get",
            "org.kde.StatusNotifierWatcher", "IsStatusNotifierHostRegistered"), alive=[self.panel])
        self.samples = self.folder / "samples"
        self.samples.mkdir()
        self.sections = {"beeps": {"type": "test"}, "hotkey": {"binding": "<ctrl>+<shift>+s"}, "replay": {
            "directory": self.samples, "template": "%(label|plain)s%(counter)d.%(ext)s"}}

    def call(self, owner, path, method, *arguments):
        done = self.session.ask("gdbus", "call", "--session", "--dest", owner, "--object-path", path,
                                "--method", method, *arguments)
        return done.stdout if done.returncode == 0 else ""

    def item(self):
        """(owner, path) of the icon, once a panel has it."""
        registered = self.call("org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher",
                               "org.freedesktop.DBus.Properties.Get", "org.kde.StatusNotifierWatcher",
                               "RegisteredStatusNotifierItems")
        for name in registered.replace("'", " ").replace("@", "/", 1).split():
            if "/org/ayatana" in name:
                owner, _, path = name.partition("/")
                return owner, f"/{path}"
        return None

    def icon(self):
        return self.call(*self.item(), "org.freedesktop.DBus.Properties.Get", "org.kde.StatusNotifierItem",
                         "IconName").strip("(<'>,)\n")

    def menu_id(self, label):
        owner, path = self.item()
        layout = self.call(owner, f"{path}/Menu", "com.canonical.dbusmenu.GetLayout", "0", "--", "-1", "[]")
        before, found, _ = layout.partition(f"'label': <'{label}")
        return int(before.rpartition("<(")[2].partition(",")[0]) if found else None

    def choose(self, label):
        number = wait_for(f"the menu's '{label}'", lambda: self.menu_id(label), alive=[self.tray])
        owner, path = self.item()
        self.call(owner, f"{path}/Menu", "com.canonical.dbusmenu.Event", str(number), "clicked", "<0>",
                  str(int(time.time())))

    def wait_for_icon(self, name):
        wait_for(f"the icon {name}", lambda: self.icon() == name, alive=[self.tray, self.panel])

    def saved(self, name):
        return wait_for(name, (self.samples / name).exists, alive=[self.tray, self.isr])

    def photograph(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        self.session.ask("ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "x11grab", "-i", self.session.env["DISPLAY"],
                         "-frames:v", "1", str(SCREENSHOTS / f"{name}.png"))

    def test_the_icon_the_menu_and_the_key(self):
        self.isr = self.start(Isr(self.folder, self.sections))
        self.isr.wait_until_serving()
        self.tray = self.start(Program("tray", [TRAY, self.isr.config], self.folder, {**self.session.env, "G_DEBUG": ""}))
        wait_for("the icon in the panel", self.item, alive=[self.tray, self.panel])
        self.wait_for_icon("media-record")
        self.photograph("tray-recording")

        self.choose("_Save what")
        self.saved("plain1.wav")
        self.session.ask("xdotool", "key", "ctrl+shift+s")
        self.saved("plain2.wav")
        self.choose("Save with a")
        [window] = wait_for("the dialog", lambda: self.session.ask(
            "xdotool", "search", "--name", "Save with a label").stdout.split(), alive=[self.tray])
        self.photograph("tray-label")
        self.session.ask("xdotool", "windowfocus", "--sync", window, "type", "owl")
        self.session.ask("xdotool", "key", "Return")
        self.saved("owl1.wav")

        self.choose("_Pause")
        self.wait_for_icon("media-playback-pause")
        self.assertEqual(self.isr.get_json("/api/sources")[0]["state"], "paused")
        self.choose("_Resume")
        self.wait_for_icon("media-record")
        self.isr.kill()
        self.wait_for_icon("media-playback-stop")
        self.photograph("tray-stopped")
        self.isr = self.start(Isr(self.folder, self.sections))
        self.wait_for_icon("media-record")
        self.choose("_Quit")
        self.assertEqual(self.isr.wait(20), 0, self.isr.log())
        self.assertEqual(self.tray.wait(10), 0, self.tray.log())

    def test_what_cannot_be_is_said(self):
        for environment, config, code, words in (
                ({}, {**self.sections, "hotkey": {"binding": "<ctrl>+nothing"}}, 69, "'<ctrl>+nothing' is no key"),
                ({"DISPLAY": ""}, self.sections, 69, "no desktop"),
                ({}, {"beeps": {"type": "tset"}}, 78, "'tset'")):
            path = self.folder / "tray.ini"
            path.write_text("".join(f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
                                    for section, keys in config.items()))
            done = subprocess.run([TRAY, path], env={**os.environ, **self.session.env, **environment}, timeout=20,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    tap.main()
