"""Issues for GitHub: a shell script of `gh` commands, to be read before it is run. A second run creates nothing twice."""

from __future__ import annotations

import shlex

from jupyter_mlops.roadmap.export import Export
from jupyter_mlops.roadmap.issues import issues
from jupyter_mlops.roadmap.model import Roadmap

_HEAD = """\
#!/bin/sh
# Issues of the roadmap, for GitHub. Read it, then run it in a clone of the repository: sh FILE
# It needs `gh`, logged in. Issues with these titles that are there already, open or closed, are left alone.
set -eu

existing=$(gh issue list --label roadmap --state all --limit 1000 --json title --jq '.[].title')
gh label create roadmap --description "Step of the MLOps roadmap" --color 1f6f8b --force

issue() { # TITLE MILESTONE LABELS ASSIGNEE, the body on stdin
  if printf '%s\\n' "$existing" | grep -Fqx -- "$1"; then
    echo "There already: $1"
    cat > /dev/null
    return
  fi
  if [ -n "$4" ]; then
    gh issue create --title "$1" --milestone "$2" --label "$3" --body-file - --assignee "$4"
  else
    gh issue create --title "$1" --milestone "$2" --label "$3" --body-file -
  fi
}
"""


def _render(roadmap: Roadmap, _colour: bool) -> str:
    found = issues(roadmap)
    labels = sorted({label for issue in found for label in issue.labels} - {"roadmap"})
    parts = [_HEAD, *(f"gh label create {shlex.quote(label)} --force\n" for label in labels)]
    for name, due in dict.fromkeys((issue.milestone, issue.milestone_due) for issue in found):
        date = f" -f due_on={due.isoformat()}T12:00:00Z" if due is not None else ""
        # The milestone may be there: then the call fails, and that is fine.
        parts.append(
            f"gh api 'repos/{{owner}}/{{repo}}/milestones' -f title={shlex.quote(name)}{date} > /dev/null 2>&1 || true\n"
        )
    for issue in found:
        owner = issue.owner or ""
        arguments = (issue.title, issue.milestone, ",".join(issue.labels), owner[1:] if owner.startswith("@") else "")
        end = _end_of(issue.body)
        parts.append(f"\nissue {' '.join(map(shlex.quote, arguments))} <<'{end}'\n{issue.body}\n{end}\n")
    return "".join(parts)


def _end_of(text: str) -> str:
    """A word to end a text with that is no line of it."""
    end = "END"
    while end in text.splitlines():
        end += "_"
    return end


EXPORT = Export("issues for GitHub", _render)
