/** The proof: what was compared, and what each cell showed, side by side. */

import * as React from 'react';

import { chevronIcon } from '../marks';
import { failureOf } from '../rest/client';
import { explain } from '../rest/failures';
import type { IComparison, Shown } from './compare';
import { CellLink, TONE_ICONS } from './result';
import type { IResultProps } from './result';
import type { IProofRow } from './view';
import { proofRows, verdictText } from './view';

export function Proof(props: IResultProps): JSX.Element {
  const { conversion, trans } = props;
  const rows = proofRows(conversion);
  if (rows.length === 0) {
    return <></>;
  }
  return (
    <section className="jp-Mlops-card">
      <h3>{trans.__('Proof')}</h3>
      <div className="jp-Mlops-tableScroll">
        <table className="jp-Mlops-table" data-testid="proof">
          <thead>
            <tr>
              <th scope="col">{trans.__('Compared')}</th>
              <th scope="col">{trans.__('Stage')}</th>
              <th scope="col">{trans.__('Verdict')}</th>
              <th scope="col">{trans.__('Detail')}</th>
              <th scope="col">{trans.__('Outputs')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <Row key={index} row={row} {...props} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row(props: IResultProps & { row: IProofRow }): JSX.Element {
  const { row, trans } = props;
  const [open, setOpen] = React.useState(false);
  const id = React.useId();
  const Icon = TONE_ICONS[row.tone];
  return (
    <>
      <tr>
        <td>
          {row.cell === null ? (
            <span className="jp-Mlops-code">{row.name}</span>
          ) : (
            <CellLink {...props} cell={row.cell} />
          )}
        </td>
        <td>{row.stage}</td>
        <td className="jp-Mlops-verdict" data-tone={row.tone}>
          <Icon.react tag="span" elementSize="normal" />
          {verdictText(row.verdict, trans)}
        </td>
        <td className="jp-Mlops-wrap">{row.detail}</td>
        <td>
          {row.cell !== null && row.verdict !== 'not-run' && (
            <button
              type="button"
              className="jp-Mlops-compareButton"
              aria-expanded={open}
              aria-controls={id}
              aria-label={trans.__(
                'Compare the outputs of cell %1',
                row.cell + 1
              )}
              data-open={open}
              onClick={() => setOpen(!open)}
            >
              <span className="jp-Mlops-chevron" aria-hidden="true">
                <chevronIcon.react tag="span" elementSize="normal" />
              </span>
              {trans.__('Compare')}
            </button>
          )}
        </td>
      </tr>
      {open && row.cell !== null && (
        <tr className="jp-Mlops-compareRow" id={id}>
          <td colSpan={5}>
            <Compared {...props} cell={row.cell} />
          </td>
        </tr>
      )}
    </>
  );
}

function Compared(props: IResultProps & { cell: number }): JSX.Element {
  const { cell, model, trans } = props;
  const [found, setFound] = React.useState<IComparison | string | null>(null);
  React.useEffect(() => {
    let shown = true;
    const show = (answer: IComparison | string) =>
      void (shown && setFound(answer));
    model.compared().then(
      cells =>
        show(
          cells.get(cell) ?? trans.__('What this cell showed was not kept.')
        ),
      (reason: unknown) => show(explain(failureOf(reason), trans))
    );
    return () => {
      shown = false;
    };
  }, [model, cell, trans]);
  if (found === null || typeof found === 'string') {
    return (
      <p className="jp-Mlops-note" role="status">
        {found ?? trans.__('Loading what the cell showed…')}
      </p>
    );
  }
  const titles =
    found.sides.length > 1
      ? [trans.__('Notebook'), trans.__('Pipeline')]
      : [trans.__('Notebook and pipeline')];
  return (
    <div className="jp-Mlops-compare">
      {found.sides.map((side, index) => (
        <div key={index} role="group" aria-label={titles[index]}>
          <h4>{titles[index]}</h4>
          {side.length === 0 && (
            <p className="jp-Mlops-note">{trans.__('No output')}</p>
          )}
          {side.map((output, at) => (
            <Output key={at} output={output} title={titles[index]} />
          ))}
        </div>
      ))}
    </div>
  );
}

function Output(props: { output: Shown; title: string }): JSX.Element {
  const { output, title } = props;
  switch (output.kind) {
    case 'text':
      return (
        <pre
          className="jp-Mlops-detail"
          data-stream={output.stream}
          tabIndex={0}
        >
          {output.text}
        </pre>
      );
    case 'image':
      return <img src={output.source} alt={title} />;
    case 'html':
      // Nothing runs in there: no scripts, no forms, no access to this page.
      return (
        <iframe
          sandbox=""
          title={title}
          srcDoc={output.page}
          style={{ height: output.height }}
        />
      );
  }
}
