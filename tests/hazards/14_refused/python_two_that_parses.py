# error: {code: missing-package, status: 3, cell: 0, line: 1, says: "Python 2"}
# %%
import urllib2
# %%
print(unicode("x"), xrange(3))
