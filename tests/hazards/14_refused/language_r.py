# error: {code: not-python, status: 2, says: "written in R"}
# metadata: {kernelspec: {name: ir, language: R, display_name: R}, language_info: {name: R}}
# %%
rows <- read.csv("data/orders.csv")
# %%
summary(rows)
