"""What the extension takes from JupyterLab's start; `make bench` prints it, and how soon the sidebar shows something."""

from __future__ import annotations

from figures import START

#: Milliseconds of the activation of all plugins, and kB of scripts (of a build for development, which is not made small),
#: before anything of the extension is opened.
ACTIVATION, SCRIPTS = 50, 400
#: Looks; the best counts, since what else runs on the machine is not the extension's.
LOOKS = 3


def test_the_start_of_jupyterlab_is_not_slowed(lab, project):
    lab.open(project / "train.py")
    starts = [lab.page.evaluate(START)]
    while starts[-1]["activation"] > ACTIVATION and len(starts) < LOOKS:
        lab.reload()
        starts.append(lab.page.evaluate(START))
    assert starts[-1]["plugins"] == 8
    assert min(start["activation"] for start in starts) <= ACTIVATION
    assert 0 < starts[-1]["own"] <= SCRIPTS < starts[-1]["all"] / 20
