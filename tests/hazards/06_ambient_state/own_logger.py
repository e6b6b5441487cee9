# plans: 1
# %%
import logging

logger = logging.getLogger(__name__)
logger.setLevel(logging.WARNING)
logger.warning("careful")

# %% [markdown]
# # A log file
# %%
handler = logging.FileHandler("own.log")
handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
to_file = logging.getLogger("rates")
to_file.setLevel(logging.INFO)
to_file.addHandler(handler)

# %%
to_file.info("written")
print(open("own.log").read())

# %% [markdown]
# # Rates
# %%
rates = [0.25, 0.5]
print(sum(rates))

# %%
rates.append(0.75)
print(max(rates))

# %% [markdown]
# # Looking back
# %%
logger.warning("%d rates", len(rates))
print(logger.level)
