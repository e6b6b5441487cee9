"""Secrets: found so that they can be pointed at, and masked so that they are never printed."""

from __future__ import annotations

from functools import lru_cache

from jupyter_mlops.project.patterns import lazy

#: What leaves no doubt, by its own form.
_KNOWN = lazy(
    r"AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,}"
    r"|glpat-[A-Za-z0-9_-]{20,}"
    r"|sk-(?:proj-|ant-[a-z0-9]+-)?[A-Za-z0-9_-]{20,}"
    r"|hf_[A-Za-z0-9]{30,}"
    r"|AIza[0-9A-Za-z_-]{35}"
    r"|xox[abprs]-[A-Za-z0-9-]{10,}"
    r"|-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP )?PRIVATE KEY-----"
)
#: A name that says secret, given a literal value.
_ASSIGNED = lazy(
    # From the first letter of a word on: from each of its letters, a word without end would take the square of its time.
    r"(?i)(?P<name>(?<![\w.-])[\w.-]*(?:api[_-]?key|secret(?:[_-]?access)?(?:[_-]?key)?|passw(?:or)?d|auth[_-]?token|access[_-]?token|account[_-]?key)"
    r"[\"']?\]?)\s*(?:=|:)\s*(?P<quote>[\"'])(?P<value>[^\"'\s{}$<>]{8,})(?P=quote)"
)
_IN_URL = lazy(r"(?P<scheme>[a-z][a-z0-9+.-]{0,30}://)(?P<user>[^/\s:@\"']+):(?P<value>[^/\s:@\"'{}$<>]{3,})@")
_PLACEHOLDER = lazy(
    r"(?i)^(?:x{4,}|\*+|\.+|changeme.*|change[_-].*|replace[_-].*|your.*|.*example.*|placeholder.*|dummy.*|test.*|password\d*|passw0rd|secret|minioadmin|"
    r"postgres|airflow|mlflow|admin\w*|root|guest|todo.*|none|null|string|<.*>|\{.*\})$"
)
MASK = "****"


#: One of these is near every secret. Found at the speed of a plain search, they choose the lines that are looked at.
_HINTS = (
    *(
        "api_key",
        "apikey",
        "api-key",
        "secret",
        "password",
        "passwd",
        "auth_token",
        "auth-token",
        "authtoken",
        "access_token",
        "access-token",
    ),
    *(
        "accesstoken",
        "account_key",
        "account-key",
        "accountkey",
        "akia",
        "asia",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
    ),
    *("sk-", "hf_", "aiza", "xox", "private key-----", "://"),
)
_LONGEST_LINE = 2000


# A server asks for the same texts again and again.
@lru_cache(maxsize=5_000)
def find_secrets(text: str) -> tuple[tuple[int, str], ...]:
    """Lines (1-based) of a text that hold a secret, and what kind.

    Args:
        text: any text; very long lines are left out, they are data.
    """
    lowered = text.lower()
    starts: set[int] = set()
    for hint in _HINTS:
        position = lowered.find(hint)
        while position >= 0:
            if hint != "://" or "@" in lowered[position : position + 120]:
                starts.add(lowered.rfind("\n", 0, position) + 1)
            end = lowered.find("\n", position)
            position = lowered.find(hint, end) if end >= 0 else -1
    found = []
    for start in sorted(starts):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        what = find_secret(line) if len(line) <= _LONGEST_LINE else None
        if what is not None:
            found.append((text.count("\n", 0, start) + 1, what))
    return tuple(found)


def find_secret(line: str) -> str | None:
    """What kind of secret a line holds; None when it holds none.

    Args:
        line: one line of text.
    """
    if _KNOWN.search(line):
        return "a credential"
    assigned = _ASSIGNED.search(line)
    if assigned and _looks_random(assigned["value"]):
        return f"a value for `{assigned['name'].strip(chr(34) + chr(39) + ']')}`"
    inside = _IN_URL.search(line)
    if inside and not _PLACEHOLDER.match(inside["value"]):
        return "a password in a URL"
    return None


#: What people read is shorter, and the time of the search grows faster than the text.
_LONGEST = 4_000


def mask(text: str) -> str:
    """The text with everything that may be a secret replaced."""
    text = _KNOWN.sub(MASK, text if len(text) < _LONGEST else f"{text[:_LONGEST]}…")
    text = _ASSIGNED.sub(lambda found: found[0].replace(found["value"], MASK), text)
    return _IN_URL.sub(lambda found: f"{found['scheme']}{found['user']}:{MASK}@", text)


def _looks_random(value: str) -> bool:
    if _PLACEHOLDER.match(value) or value.isalpha():
        return False
    kinds = sum(
        (any(map(str.isdigit, value)), any(map(str.islower, value)), any(map(str.isupper, value)), not value.isalnum())
    )
    return kinds >= 2 and len(set(value)) >= 6
