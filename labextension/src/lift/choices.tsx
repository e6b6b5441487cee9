/** What a person may choose about a lift. Another choice is looked at before it is carried out. */

import * as React from 'react';

import type { ILiftOption, ILiftPlan } from '../rest/contract';
import { Disclosure } from '../score/parts';
import { Select } from '../select';
import type { ILiftPanelOptions } from './panel';

export function Choices(
  props: ILiftPanelOptions & { plan: ILiftPlan }
): JSX.Element {
  const { model, plan, trans } = props;
  const [chosen, choose] = React.useState<Record<string, string>>({
    ...model.options
  });
  const count = Object.keys(model.options).length;
  const edited = plan.options.some(
    ({ name }) => (chosen[name] ?? '') !== (model.options[name] ?? '')
  );
  return (
    <Disclosure
      className="jp-Mlops-card jp-Mlops-choices"
      initiallyOpen={count > 0}
      title={
        <span className="jp-Mlops-choices-title">
          {count
            ? trans._n('Choices (%1 made)', 'Choices (%1 made)', count)
            : trans.__('Choices')}
        </span>
      }
    >
      <form
        onSubmit={event => {
          event.preventDefault();
          void model.look(
            Object.fromEntries(
              Object.entries(chosen).filter(([, value]) => value !== '')
            )
          );
        }}
      >
        {plan.options.map(option => (
          <Choice
            key={option.name}
            option={option}
            value={chosen[option.name] ?? ''}
            choose={value => choose({ ...chosen, [option.name]: value })}
            byItself={
              option.default
                ? trans.__('%1 (unless chosen)', option.default)
                : trans.__('decided by itself')
            }
          />
        ))}
        <div className="jp-Mlops-actions">
          <button
            type="submit"
            className="jp-Mlops-smallButton"
            disabled={!edited || model.busy}
          >
            {trans.__('Look again with these choices')}
          </button>
        </div>
      </form>
    </Disclosure>
  );
}

function Choice(props: {
  option: ILiftOption;
  value: string;
  choose: (value: string) => void;
  /** What it is when nothing is chosen. */
  byItself: string;
}): JSX.Element {
  const { option, value, choose, byItself } = props;
  const id = React.useId();
  return (
    <div className="jp-Mlops-choice">
      <label htmlFor={id} className="jp-Mlops-code">
        {option.name}
      </label>
      {option.values.length > 0 ? (
        <Select
          id={id}
          aria-describedby={`${id}-what`}
          value={value}
          onChange={event => choose(event.target.value)}
        >
          <option value="">{byItself}</option>
          {option.values.map(each => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </Select>
      ) : (
        <input
          id={id}
          className="jp-mod-styled"
          aria-describedby={`${id}-what`}
          placeholder={byItself}
          value={value}
          onChange={event => choose(event.target.value)}
        />
      )}
      <span id={`${id}-what`} className="jp-Mlops-note">
        {option.what}
      </span>
    </div>
  );
}
