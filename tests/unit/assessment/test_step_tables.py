"""Steps in a table are a pipeline when a loop runs them and they hand something on."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .conftest import results

STEPS = dedent(
    """
    import pandas as pd
    from sklearn.svm import SVC


    def load(context):
        context["rows"] = pd.read_csv("a.csv")


    def train(context):
        context["model"] = SVC().fit(context["rows"], [0, 1])
    """
)
OBJECTS = """
    import pandas as pd
    from sklearn.svm import SVC


    class Load:
        def run(self):
            pd.read_csv("a.csv").to_csv("out/rows.csv")


    class Train:
        def run(self):
            SVC().fit(pd.read_csv("out/rows.csv"), [0, 1])


    if __name__ == "__main__":
        for stage in (Load(), Train()):
            stage.run()
    """
EXECUTOR = """
    import pandas as pd
    from sklearn.svm import SVC


    class Executor:
        def __init__(self):
            self._runners = {"load": self._load, "train": self._train}

        def run(self, plan):
            for stage in plan:
                runner = self._runners[stage]
                runner()

        def _load(self):
            pd.read_csv("a.csv").to_csv("out/rows.csv")

        def _train(self):
            SVC().fit(pd.read_csv("out/rows.csv"), [0, 1])


    if __name__ == "__main__":
        Executor().run(["load", "train"])
    """
MAPPING = """
    TABLE = {"load": load, "train": train}

    if __name__ == "__main__":
        context = {}
        for name, step in TABLE.items():
            step(context)
    """
ASKED = """
    TABLE = {"load": load, "train": train}

    def execute(name, context):
        TABLE[name](context)

    if __name__ == "__main__":
        context = {}
        for name in ["load", "train"]:
            execute(name, context)
    """
CHAINED = """
    def clean(rows):
        return rows.dropna()

    def fit(rows):
        return SVC().fit(rows, [0, 1])

    if __name__ == "__main__":
        rows = pd.read_csv("a.csv")
        for step in [clean, fit]:
            rows = step(rows)
    """


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        (STEPS + dedent(MAPPING), 'fit(context["rows"]', "fit([[0], [1]]"),
        (STEPS + dedent(MAPPING), "        step(context)", "        print(step, context)"),
        (STEPS + dedent(ASKED), 'for name in ["load", "train"]:\n', "name = 'train'\n    if context is not None:\n"),
        (STEPS + dedent(CHAINED), "rows = step(rows)", "step(rows)"),
        (dedent(OBJECTS), 'read_csv("out/rows.csv")', 'read_csv("out/other.csv")'),
        (dedent(EXECUTOR), 'read_csv("out/rows.csv")', 'read_csv("out/other.csv")'),
        (dedent(EXECUTOR), "            runner()\n", "            print(runner)\n"),
    ],
)
def test_a_table_of_steps_and_one_link_less(project, source, old, new):
    project.files({"flow.py": source}).commit()
    assert results(project.assess())["pipeline-automated"].state == "pass"
    project.edit("flow.py", old, new).commit()
    assert results(project.assess())["pipeline-automated"].state != "pass"


def test_a_table_of_commands_is_no_pipeline(project):
    once = (
        STEPS
        + "\n\nimport sys\n\nCOMMANDS = {'load': load, 'train': train}\n\nif __name__ == '__main__':\n    COMMANDS[sys.argv[1]]({})\n"
    )
    project.files({"flow.py": once}).commit()
    assert results(project.assess())["pipeline-automated"].state != "pass"
