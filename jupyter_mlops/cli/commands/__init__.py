"""One module a command; each has a function `command` and is found by being here."""
