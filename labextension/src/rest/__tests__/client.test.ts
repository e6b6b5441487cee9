import { nullTranslator } from '@jupyterlab/translation/lib/base';
import { ServerConnection } from '@jupyterlab/services/lib/serverconnection';

import { Client, RestError, failureOf } from '../client';
import { API } from '../contract';
import { explain } from '../failures';

const trans = nullTranslator.load('');

/** A client whose requests are answered by a function of the address. */
function clientOf(
  answer: (url: string, init: RequestInit) => Response
): [Client, string[]] {
  const asked: string[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://hub.example/user/ada/',
    fetch: async (request: RequestInfo | URL) => {
      const { method } = request as Request;
      // A time is added to every address, against caches.
      const url = (request as Request).url.replace(/[?&]\d{13}$/, '');
      asked.push(`${method} ${url}`);
      return answer(url, request as unknown as RequestInit);
    }
  });
  return [new Client(settings), asked];
}

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status });
const version = (api: number) =>
  json({ version: '9.9.9', api, local_files: true });
const code = async (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (reason: unknown) => failureOf(reason).code
  );

describe('Client', () => {
  it('asks below the base URL, after one handshake', async () => {
    const [client, asked] = clientOf(url =>
      url.endsWith('version') ? version(API) : json({ level: 1 })
    );
    await client.assess('my project/a&b.ipynb', 60);
    await client.cancelJob('abc');
    await client.whatIf('a b', '.', ['x', 'y'], 2);
    const base = 'http://hub.example/user/ada/jupyter-mlops';
    expect(asked).toEqual([
      `GET ${base}/version`,
      `GET ${base}/assess?path=my%20project%2Fa%26b.ipynb&max_age=60`,
      `DELETE ${base}/jobs/abc`,
      `GET ${base}/what-if?path=a%20b&unit=.&target=2&done=x&done=y`
    ]);
  });

  it.each([
    [() => json({}, 404), 'server-missing', 'is not running'],
    [() => version(0), 'server-older', 'Restart Jupyter'],
    [() => version(API + 1), 'server-newer', 'Reload the page']
  ])('says which side to renew', async (answer, expected, advice) => {
    const [client, asked] = clientOf(answer);
    const refused = await client.jobs().catch((reason: unknown) => reason);
    expect(failureOf(refused).code).toBe(expected);
    expect(explain(failureOf(refused), trans)).toContain(advice);
    expect(asked).toHaveLength(1);
  });

  it('shakes hands again after a failure', async () => {
    let api = 0;
    const [client] = clientOf(url =>
      url.endsWith('version') ? version(api) : json({ jobs: [] })
    );
    expect(await code(client.jobs())).toBe('server-older');
    api = API;
    expect(await client.jobs()).toEqual([]);
  });

  it('passes on what the server says', async () => {
    const [client] = clientOf(url =>
      url.endsWith('version')
        ? version(API)
        : json({ code: 'outside-root', message: 'No.' }, 403)
    );
    const refused = await client.jobs().catch((reason: unknown) => reason);
    expect(refused).toBeInstanceOf(RestError);
    expect((refused as RestError).status).toBe(403);
    expect(explain(failureOf(refused), trans)).toBe('No.');
  });

  it("does not take a proxy's page for an answer", async () => {
    const [client] = clientOf(url =>
      url.endsWith('version')
        ? version(API)
        : new Response('<html>', { status: 200 })
    );
    expect(await code(client.jobs())).toBe('http-200');
  });

  it('says when there is no answer', async () => {
    const [client] = clientOf(() => {
      throw new TypeError('Failed to fetch');
    });
    expect(await code(client.jobs())).toBe('server-unreachable');
  });
});
