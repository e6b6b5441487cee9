# error: {code: not-python, status: 2, says: "written in julia"}
# metadata: {kernelspec: {name: julia-1.10, language: julia, display_name: Julia 1.10}}
# %%
x = [i^2 for i in 1:3]
# %%
println(x)
