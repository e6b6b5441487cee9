/** The dialog in which a criterion is waived, attested, or said not to apply. */

import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import { UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { PromiseDelegate } from '@lumino/coreutils';
import { DisposableSet } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { Changes } from '../diff/view';
import type { ICriterion } from '../rest/contract';
import { explain } from '../rest/failures';
import { Prose } from '../score/parts';
import { progressText } from '../score/view';
import type { DecisionKind, DecisionModel } from './model';
import { MOST_DAYS, dayFrom } from './model';

/** Index of the button that writes. */
const WRITE = 1;

interface IProps {
  model: DecisionModel;
  criterion: ICriterion;
  /** Path of the unit that is shown; null where there is only one. */
  unit: string | null;
  trans: TranslationBundle;
}

class Body extends ReactWidget {
  constructor(private _props: IProps) {
    super();
    this.addClass('jp-Mlops-view');
    this.addClass('jp-Mlops-decide');
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    // The dialog waits for this to put the cursor into its first field. Otherwise it waits for the browser to be idle,
    // which may be when the person is typing into the next one.
    this.renderPromise = this._drawn.promise;
  }

  protected override render(): JSX.Element {
    return (
      <UseSignal signal={this._props.model.changed}>
        {() => <Decide {...this._props} onDrawn={this._onDrawn} />}
      </UseSignal>
    );
  }

  private _drawn = new PromiseDelegate<void>();
  private _onDrawn = () => this._drawn.resolve();
}

/** Writes the decision before it closes; stays open where that is refused. */
class DecisionDialog extends Dialog<unknown> {
  constructor(private _props: IProps) {
    const { model, criterion, trans } = _props;
    const withdraw = model.form.kind === 'withdraw';
    super({
      title: withdraw
        ? trans.__('Withdraw: %1', criterion.title)
        : trans.__('Decide: %1', criterion.title),
      body: new Body(_props),
      buttons: [
        Dialog.cancelButton(),
        Dialog.okButton({
          label: withdraw ? trans.__('Withdraw it') : trans.__('Write it')
        })
      ],
      defaultButton: WRITE,
      focusNodeSelector: 'textarea'
    });
    model.changed.connect(this._follow, this);
    this._follow();
  }

  override resolve(index: number = WRITE): void {
    if (index !== WRITE) {
      super.resolve(index);
      return;
    }
    void this._props.model.write().then(written => {
      if (written) {
        super.resolve(WRITE);
      }
    });
  }

  private _follow(): void {
    const { busy, form, preview } = this._props.model;
    const button = this.node.querySelector<HTMLButtonElement>(
      '.jp-Dialog-footer .jp-mod-accept'
    );
    if (button) {
      button.disabled = !preview || busy;
      // Where there is nothing to fill in, the cursor waits for this button.
      if (
        form.kind === 'withdraw' &&
        !this.node.contains(document.activeElement)
      ) {
        button.focus();
      }
    }
  }
}

/** Show the dialog. True when the decision was written. */
export async function showDecision(props: IProps): Promise<boolean> {
  const dialog = new DecisionDialog(props);
  const used = DisposableSet.from([dialog, props.model]);
  try {
    return (await dialog.launch()).button.accept;
  } finally {
    used.dispose();
  }
}

function Decide(props: IProps & { onDrawn: () => void }): JSX.Element {
  const { model, trans, onDrawn } = props;
  const { form, preview } = model;
  React.useLayoutEffect(onDrawn, [onDrawn]);
  return (
    <>
      {form.kind !== 'withdraw' && <Fields {...props} />}
      <div role="status" className="jp-Mlops-decide-preview">
        {model.failure ? (
          <p className="jp-Mlops-decide-failure" role="alert">
            <Prose text={explain(model.failure, trans)} />
          </p>
        ) : preview ? (
          <>
            <p>
              <b>{effectText(model, trans)}</b>
            </p>
            <Changes files={preview.changes} trans={trans} />
          </>
        ) : (
          <p className="jp-Mlops-note">
            {model.complete
              ? trans.__('Looking at what would be written…')
              : trans.__(
                  'What would be written is shown here once it is filled in.'
                )}
          </p>
        )}
      </div>
    </>
  );
}

function effectText(model: DecisionModel, trans: TranslationBundle): string {
  const { level, progress } = model.preview ?? { level: [], progress: [] };
  const at = (index: number) =>
    trans.__(
      'Level %1 · %2',
      level[index],
      progressText({ level: level[index], progress: progress[index] }, trans)
    );
  return at(0) === at(1)
    ? trans.__('The project stays at %1.', at(1))
    : trans.__('%1 → %2', at(0), at(1));
}

function Fields(props: IProps): JSX.Element {
  const { model, unit, trans } = props;
  const { form } = model;
  const id = React.useId();
  const today = new Date();
  return (
    <>
      <fieldset className="jp-Mlops-decide-kinds">
        <legend>{trans.__('What is it?')}</legend>
        {kinds(trans).map(({ kind, title, text }) => (
          <label key={kind}>
            <input
              type="radio"
              name={`${id}-kind`}
              checked={form.kind === kind}
              onChange={() => model.fill({ kind })}
            />
            <span>
              <b>{title}</b> <span className="jp-Mlops-note">{text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label htmlFor={`${id}-reason`}>
        {form.kind === 'attest'
          ? trans.__('Evidence: a link, a document, who has seen it')
          : trans.__('Reason')}
      </label>
      <textarea
        id={`${id}-reason`}
        className="jp-mod-styled"
        rows={3}
        value={form.reason}
        onChange={event => model.fill({ reason: event.target.value })}
      />
      <div className="jp-Mlops-decide-row">
        <div>
          <label htmlFor={`${id}-owner`}>
            {trans.__('Who answers for it')}
          </label>
          <input
            id={`${id}-owner`}
            className="jp-mod-styled"
            placeholder={trans.__('@data-team')}
            value={form.owner}
            onChange={event => model.fill({ owner: event.target.value })}
          />
        </div>
        {form.kind !== 'not_applicable' && (
          <div>
            <label htmlFor={`${id}-expires`}>
              {trans.__('Last day (%1 days at most)', MOST_DAYS)}
            </label>
            <input
              id={`${id}-expires`}
              type="date"
              className="jp-mod-styled"
              min={dayFrom(today, 1)}
              max={dayFrom(today, MOST_DAYS)}
              value={form.expires}
              onChange={event => model.fill({ expires: event.target.value })}
            />
          </div>
        )}
      </div>
      {unit !== null && (
        <label className="jp-Mlops-decide-scope">
          <input
            type="checkbox"
            checked={form.scope === unit}
            onChange={event =>
              model.fill({ scope: event.target.checked ? unit : '' })
            }
          />
          {trans.__('Only for %1', unit)}
        </label>
      )}
    </>
  );
}

function kinds(
  trans: TranslationBundle
): { kind: DecisionKind; title: string; text: string }[] {
  return [
    {
      kind: 'waiver',
      title: trans.__('Waive it'),
      text: trans.__('The gap is known and accepted for a time.')
    },
    {
      kind: 'attest',
      title: trans.__('Attest it'),
      text: trans.__('It is there, where files do not show it.')
    },
    {
      kind: 'not_applicable',
      title: trans.__('It does not apply'),
      text: trans.__('This project has no use for it.')
    }
  ];
}
