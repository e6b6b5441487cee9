import { countDiff, parseDiff } from '../parse';

const DIFF = `--- a/train.py
+++ b/train.py
@@ -1,3 +1,4 @@
 import os
-a = 1
+a = 2
+--- not a name
 b
@@ -10 +11 @@
-x
+y
\\ No newline at end of file
`;

describe('parseDiff', () => {
  it('numbers the lines of both sides', () => {
    expect(
      parseDiff(DIFF).map(({ kind, before, after }) => [kind, before, after])
    ).toEqual([
      ['place', null, null],
      ['same', 1, 1],
      ['removed', 2, null],
      ['added', null, 2],
      ['added', null, 3],
      ['same', 3, 4],
      ['place', null, null],
      ['removed', 10, null],
      ['added', null, 11]
    ]);
  });

  it('takes lines that look like names for what they are', () => {
    const texts = parseDiff(DIFF).map(line => line.text);
    expect(texts).toContain('--- not a name');
    expect(texts).not.toContain('-- a/train.py');
  });

  it('numbers a new file from 1', () => {
    const [, first] = parseDiff('--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n');
    expect(first).toEqual({ kind: 'added', text: 'a', before: null, after: 1 });
  });

  it('numbers the lines of each cell from 1', () => {
    const lines = parseDiff('@@ cell 5 @@\n a\n-b\n+c\n@@ cell 7 @@\n+d\n');
    expect(lines.map(({ before, after }) => [before, after])).toEqual([
      [null, null],
      [1, 1],
      [2, null],
      [null, 2],
      [null, null],
      [null, 1]
    ]);
  });

  it('finds nothing in what is no diff', () => {
    expect(parseDiff('')).toEqual([]);
    expect(parseDiff('binary\n')).toEqual([]);
  });

  it('counts', () => {
    expect(countDiff(parseDiff(DIFF))).toEqual({ added: 3, removed: 2 });
  });
});
