/** The plugin of what people decide: waivers, attestations, exemptions, answers of their own. */

import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { COMMANDS, DOMAIN, PLUGINS } from '../ids';
import { failureOf } from '../rest/refusal';
import { explain } from '../rest/failures';
import { IMlops } from '../tokens';

/** Who answered for the last decision. */
const OWNER = `${PLUGINS.decisions}:owner`;

export const decisions: JupyterFrontEndPlugin<void> = {
  id: PLUGINS.decisions,
  description:
    'Writes what people decide about criteria and answer to the checklist.',
  autoStart: true,
  requires: [IMlops],
  optional: [IStateDB, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    mlops: IMlops,
    state: IStateDB | null,
    translator: ITranslator | null
  ): void => {
    const { client, score } = mlops;
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands } = app;

    /** Say what was written, with a way back, and score again. */
    const written = (title: string) => {
      const path = score.folder;
      Notification.success(title, {
        autoClose: 8000,
        actions: [
          {
            label: trans.__('Take back…'),
            callback: () => void commands.execute(COMMANDS.undo, { path })
          }
        ]
      });
      void score.refresh();
    };

    commands.addCommand(COMMANDS.decide, {
      label: trans.__('Waive, Attest or Exempt a Criterion…'),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            criterion: { type: 'string', description: 'Id of the criterion' },
            unit: { type: 'string', description: 'Path of the unit' },
            withdraw: {
              type: 'boolean',
              description: 'Whether what was decided is taken back'
            }
          },
          required: ['criterion']
        }
      },
      execute: async ({ criterion: id, unit: unitPath, withdraw }) => {
        const { assessment, folder } = score;
        const units = assessment?.units ?? [];
        const unit = units.find(({ path }) => path === (unitPath ?? '.'));
        const criterion = unit?.criteria.find(each => each.id === id);
        if (!unit || !criterion || folder === null) {
          return;
        }
        const [{ DAYS, DecisionModel, dayFrom }, { showDecision }] =
          await Promise.all([
            import('../decide/model'),
            import('../decide/dialog')
          ]);
        const owner = await state?.fetch(OWNER);
        const several = units.length > 1 && unit.path !== '.';
        const model = new DecisionModel({
          client,
          path: folder,
          criterion: criterion.id,
          form: {
            kind: withdraw
              ? 'withdraw'
              : criterion.state === 'not-visible'
                ? 'attest'
                : 'waiver',
            reason: '',
            owner: typeof owner === 'string' ? owner : '',
            expires: dayFrom(new Date(), DAYS),
            scope: several ? unit.path : ''
          }
        });
        const done = await showDecision({
          model,
          criterion,
          unit: several ? unit.path : null,
          trans
        });
        if (done) {
          if (model.form.owner) {
            await state?.save(OWNER, model.form.owner);
          }
          written(model.preview?.title ?? criterion.title);
        }
      }
    });
    commands.addCommand(COMMANDS.answer, {
      label: trans.__('Answer a Question of the Checklist'),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            question: { type: 'string', description: 'Id of the question' },
            answer: {
              type: 'string',
              enum: ['yes', 'partly', 'no', ''],
              description: 'The answer; empty to take it back'
            }
          },
          required: ['question']
        }
      },
      execute: async ({ question, answer }) => {
        const { folder } = score;
        if (typeof question !== 'string' || folder === null) {
          return;
        }
        const decision = {
          kind: 'answer',
          question,
          answer: typeof answer === 'string' ? answer : ''
        };
        try {
          const preview = await client.decide(folder, decision, null);
          await client.decide(folder, decision, preview.id);
          written(trans.__('Kept in .mlops/self-assessment.toml'));
        } catch (reason) {
          Notification.error(explain(failureOf(reason), trans), {
            autoClose: 8000
          });
        }
      }
    });
  }
};
