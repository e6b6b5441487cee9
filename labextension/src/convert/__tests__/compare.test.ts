/**
 * @jest-environment jsdom
 */

import { readReport } from '../compare';
import { readTracked, serverOf } from '../tracked';

const PAGE = `
<details id="cell-3"><summary>Cell 3</summary><div class="body"><pre>source</pre>
<div class="sides">
<div><h3>Notebook</h3><pre class="stdout">a &lt;b&gt;</pre><img src="data:image/png;base64,AA=="></div>
<div><h3>Pipeline</h3><iframe sandbox style="height: 88px" srcdoc="&lt;table&gt;"></iframe>
<img src="https://elsewhere/x.png"><script>window.hacked = true</script></div>
</div></div></details>
<details id="cell-5"><div class="sides once"><div><h3>Both</h3><p class="nothing">no output</p></div></div></details>
<details id="other"></details>`;

describe('readReport', () => {
  it('reads what each cell showed on both sides', () => {
    const cells = readReport(PAGE);
    expect([...cells.keys()]).toEqual([3, 5]);
    expect(cells.get(3)?.sides).toEqual([
      [
        { kind: 'text', text: 'a <b>', stream: 'stdout' },
        { kind: 'image', source: 'data:image/png;base64,AA==' }
      ],
      [{ kind: 'html', page: '<table>', height: '88px' }]
    ]);
    expect(cells.get(5)?.sides).toEqual([[]]);
  });

  it('runs nothing and reads nothing from elsewhere', () => {
    readReport(PAGE);
    expect('hacked' in window).toBe(false);
    expect(readReport('no page').size).toBe(0);
  });
});

describe('readTracked', () => {
  const run = 'a'.repeat(32);
  const file = (run_id: unknown, tracking_uri: unknown) =>
    JSON.stringify({ run_id, tracking_uri });

  it('finds the run that a pipeline says it left', () => {
    const text = file(run, 'sqlite:////runs/mlflow.db');
    const tracked = readTracked(text, 'p/track.ipynb');
    expect(tracked).toEqual({
      run,
      uri: 'sqlite:////runs/mlflow.db',
      notebook: 'p/track.ipynb'
    });
    expect(tracked && serverOf(tracked)).toBeNull();
  });

  it('knows servers by their address alone', () => {
    const at = (uri: string) => serverOf({ run, uri, notebook: '' });
    expect(at('https://mlflow.example.org')).toBe('https://mlflow.example.org');
    expect(at('javascript:alert(1)')).toBeNull();
  });

  it.each([
    ['', 'null', '[]', '{', '1'],
    [file('x', 'y'), file(run, ''), file(run, 1), file([run], 'y')]
  ])('finds none where there is none', (...texts) => {
    texts.forEach(text => expect(readTracked(text, '')).toBeNull());
  });
});
