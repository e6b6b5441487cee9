# error: {code: syntax-error, status: 2, cell: 1, line: 3, says: "Python 2"}
# metadata: {kernelspec: {name: python2, language: python, display_name: Python 2}}
# %%
import urllib2
# %%
rows = [1, 2]
for row in rows:
    print "row %d" % row
# %%
exec "x = 1"
