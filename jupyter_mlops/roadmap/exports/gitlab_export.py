"""Issues for GitLab: the CSV that *Issues → Import CSV* takes, with quick actions for labels, owners and estimates."""

from __future__ import annotations

import csv
from io import StringIO

from jupyter_mlops.roadmap.export import Export
from jupyter_mlops.roadmap.issues import issues
from jupyter_mlops.roadmap.model import Roadmap
from jupyter_mlops.roadmap.wording import hours


def _render(roadmap: Roadmap, _colour: bool) -> str:
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("title", "description", "due_date", "milestone"))
    for issue in issues(roadmap):
        actions = [f"/label {' '.join(f'~{_quoted(label)}' for label in issue.labels)}"]
        actions.append(f"/estimate {hours(issue.hours).replace(' ', '')}")
        if issue.owner is not None and issue.owner.startswith("@"):
            actions.append(f"/assign {issue.owner}")
        due = issue.due.isoformat() if issue.due is not None else ""
        writer.writerow((issue.title, f"{issue.body}\n\n" + "\n".join(actions), due, issue.milestone))
    return stream.getvalue()


def _quoted(label: str) -> str:
    return f'"{label}"'


EXPORT = Export("issues for GitLab (CSV)", _render)
