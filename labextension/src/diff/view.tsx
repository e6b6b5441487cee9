/** Changes of files, each as a diff that opens. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IFileChange } from '../rest/contract';
import { Disclosure } from '../score/parts';
import { countedFromOne } from '../cells';
import type { IDiffLine } from './parse';
import { Fold } from './fold';
import { NotebookDiff } from './notebook';
import { countDiff, parseDiff } from './parse';

/** Lines of a file's diff that are shown before it is folded. */
const SHOWN = 60;

/** Lines that are shown in all before the files that follow stay closed. */
const OPEN = 160;

/** Files that are listed; of more only the number is said. */
const LISTED = 200;

/** The changes of files. Those that a person can read at a glance are open. */
export function Changes(props: {
  files: readonly IFileChange[];
  /** Path → what to show in the place of the file's diff. */
  shown?: Record<string, string>;
  initiallyOpen?: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { files, shown = {}, trans } = props;
  let open = props.initiallyOpen === false ? 0 : OPEN;
  return (
    <ul className="jp-Mlops-changes" data-testid="changes">
      {files.slice(0, LISTED).map(file => {
        const lines = parseDiff(shown[file.path] ?? file.diff);
        const initiallyOpen = open > 0;
        open -= Math.min(lines.length, SHOWN);
        return (
          <li key={file.path} data-path={file.path}>
            <Change {...{ file, lines, initiallyOpen, trans }} />
          </li>
        );
      })}
      {files.length > LISTED && (
        <li className="jp-Mlops-note">
          {trans._n('%1 more', '%1 more', files.length - LISTED)}
        </li>
      )}
    </ul>
  );
}

function Change(props: {
  file: IFileChange;
  lines: IDiffLine[];
  initiallyOpen: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { file, lines, initiallyOpen, trans } = props;
  const { added, removed } = countDiff(lines);
  const title = (
    <span className="jp-Mlops-change-title">
      <span className="jp-Mlops-badge" data-tone="neutral">
        {kindText(file.kind, trans)}
      </span>
      <span className="jp-Mlops-code">
        {file.source
          ? trans.__('%1 (from %2)', file.path, file.source)
          : file.path}
      </span>
      {lines.length > 0 && (
        <span className="jp-Mlops-change-count">
          {added > 0 && (
            <span
              data-line="added"
              role="img"
              aria-label={trans._n('%1 line added', '%1 lines added', added)}
            >
              {`+${added}`}
            </span>
          )}{' '}
          {removed > 0 && (
            <span
              data-line="removed"
              role="img"
              aria-label={trans._n(
                '%1 line removed',
                '%1 lines removed',
                removed
              )}
            >
              {`−${removed}`}
            </span>
          )}
        </span>
      )}
    </span>
  );
  return lines.length > 0 || file.notebook ? (
    <Disclosure
      className="jp-Mlops-change"
      title={title}
      initiallyOpen={initiallyOpen}
    >
      {file.notebook ? (
        <NotebookDiff notebook={file.notebook} trans={trans}>
          <Diff lines={lines} trans={trans} />
        </NotebookDiff>
      ) : (
        <Diff lines={lines} trans={trans} />
      )}
    </Disclosure>
  ) : (
    <div className="jp-Mlops-change">
      {title}
      {file.binary && (
        <span className="jp-Mlops-note">
          {trans.__('not text, %1 bytes', file.size.toLocaleString())}
        </span>
      )}
    </div>
  );
}

/** Where lines are: cells are counted from 1 for people. */
function placeText(text: string): string {
  return text.startsWith('@@ cell') ? countedFromOne(text) : text;
}

/** The lines of one diff; a long one is folded. */
export function Diff(props: {
  lines: readonly IDiffLine[];
  trans: TranslationBundle;
}): JSX.Element {
  const { lines, trans } = props;
  const [unfolded, unfold] = React.useState(false);
  const shown = unfolded ? lines : lines.slice(0, SHOWN);
  return (
    <div className="jp-Mlops-diff">
      <div
        className="jp-Mlops-diff-scroll"
        role="region"
        aria-label={trans.__('Differences')}
        tabIndex={0}
      >
        <table>
          <tbody>
            {shown.map((line, index) => (
              <tr key={index} data-line={line.kind}>
                {line.kind === 'place' ? (
                  <td colSpan={4}>{placeText(line.text)}</td>
                ) : (
                  <>
                    <td className="jp-Mlops-diff-number">{line.before}</td>
                    <td className="jp-Mlops-diff-number">{line.after}</td>
                    <td className="jp-Mlops-diff-sign">
                      {{ added: '+', removed: '−', same: '' }[line.kind]}
                    </td>
                    <td>{line.text}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Fold
        more={lines.length - SHOWN}
        moreText={more =>
          trans._n('Show %1 more line', 'Show %1 more lines', more)
        }
        {...{ unfolded, unfold, trans }}
      />
    </div>
  );
}

function kindText(kind: IFileChange['kind'], trans: TranslationBundle): string {
  switch (kind) {
    case 'create':
      return trans.__('new');
    case 'modify':
      return trans.__('changed');
    case 'remove':
      return trans.__('removed');
    case 'move':
      return trans.__('moved');
    case 'link':
      return trans.__('link');
    case 'mode':
      return trans.__('mode');
  }
}
