"""The roadmap: from gaps to ordered, dated, owned steps."""
