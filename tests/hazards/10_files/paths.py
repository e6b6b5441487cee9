# %% [markdown]
# # Where files are
# %%
import os
import shutil
import tempfile
from pathlib import Path

HERE = Path.cwd()
DATA = HERE / "data"
OUT = Path("out put") / "größe"
shutil.rmtree("out put", ignore_errors=True)
OUT.mkdir(parents=True)
# %% [markdown]
# ## Load data
# %%
text = (DATA / "orders.csv").read_text()
rows = text.split()[1:]
found = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.csv"))
found, HERE.name, Path("../requirements.txt").exists()
# %%
part = OUT / "first part.txt"
part.write_text("\n".join(rows[:3]), encoding="utf-8")
with open(os.path.join(OUT, "second.txt"), "x") as stream:
    stream.writelines(row + "\n" for row in rows[3:5])
part.stat().st_size, stream.name
# %% [markdown]
# ## Clean
# %%
scratch = Path(tempfile.mkdtemp())
(scratch / "x.txt").write_text("gone soon")
gone = OUT / "gone.txt"
gone.touch()
gone.unlink()
kept = [row for row in part.read_text(encoding="utf-8").split() if not row.startswith(",")]
len(kept), gone.exists(), (scratch / "x.txt").read_text()
# %%
shutil.rmtree(scratch)
os.rename(OUT / "second.txt", OUT / ".hidden")
os.makedirs("nested/a/b", exist_ok=True)
Path("nested/a/b/deep.txt").write_text("deep")
sorted(os.listdir(OUT))
# %% [markdown]
# ## Features
# %%
walked = [(os.path.relpath(folder), sorted(files)) for folder, _, files in sorted(os.walk("nested"))]
shutil.copytree("nested", "copied")
walked, [path.name for path in sorted(OUT.iterdir())]
# %%
os.symlink(part.resolve(), OUT / "link.txt")
total = sum(float(row.split(",")[0]) for row in (OUT / "link.txt").read_text().split() if row[0] != ",")
total, (OUT / "link.txt").is_symlink()
# %% [markdown]
# ## Results
# %%
shutil.rmtree("nested")
with open("../beside.txt", "w") as stream:
    stream.write(f"{total}\n")
print(os.path.exists("nested"), Path("copied/a/b/deep.txt").read_text(), open("../beside.txt").read())
# %%
print(os.path.relpath(DATA), [path.suffix for path in sorted(OUT.glob("*"))], len(kept), (OUT / ".hidden").read_text().count("\n"))
